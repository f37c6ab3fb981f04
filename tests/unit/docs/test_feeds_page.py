"""The page on feeds: every file on it is fed, and every command says exactly what stands there."""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from pathlib import Path

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from tests.support.feed_shop import feed_shop

PAGE = Path(__file__).resolve().parents[3] / "docs" / "feeds.md"
TEXT = PAGE.read_text(encoding="utf-8")
PART = re.compile(r"(?:`([\w.-]+)`:\n\n)?```(csv|json|console|text)\n(.*?)```", re.DOTALL)


def test_every_file_and_every_command_of_the_page_does_what_it_says(tmp_path, capsys):
    (feeds,) = re.findall(r"```yaml\n(feeds:.*?)```", TEXT, re.DOTALL)
    shop = feed_shop(
        tmp_path / "shop",
        {"order_id": "#SP-1", "tracking": "1234567890", "carrier": "DHL"},
        {"order_id": "#SP-2", "tracking": "2222222222", "payment_status": "Failed"},
        feeds=feeds,
    ).shop
    shop.now = shop.at("08:30")
    capsys.readouterr()
    with chdir(shop.folder):
        for name, kind, body in PART.findall(TEXT):
            if kind in {"csv", "json"}:
                Path(name).write_text(body, encoding="utf-8")
            elif kind == "text":
                assert Path(name).read_text(encoding="utf-8-sig") == body, name
            else:
                assert body == "".join(answered(shop, body, capsys))


def answered(shop, body, capsys):
    """The block with what the commands of it really answer."""
    for line in body.splitlines():
        if not line.startswith("$ "):
            continue
        run(shlex.split(line)[2:], clock=Clock(lambda: shop.now))
        told = capsys.readouterr()
        yield "".join(f"{each.rstrip()}\n" for each in [line, *(told.out + told.err).splitlines()])
