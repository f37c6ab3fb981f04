"""`sheetsync preview` shows every message as it will be, and tells what is wrong with a template of one's own."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from sheetsync.cli.main import run
from sheetsync.messages.kinds import CUSTOMER_KINDS, KINDS

CONFIG = """
version: 1
tracker: {path: tracker.xlsx, timezone: Africa/Johannesburg}
templates: mine
mail: {from: orders@example.org}
brand: {name: Sunrise Parcels, email: help@example.org, colour: '#7A2E8A', imprint: [1 Long Street]}
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def preview(shop, *arguments):
    return run(["preview", *arguments, "--config", str(shop / "config.yaml")])


def test_every_message_is_written_in_every_language_beside_the_configuration(shop, capsys):
    assert preview(shop) == 0
    made = shop / "mail_preview"
    assert f"{2 * len(KINDS)} messages written" in capsys.readouterr().out
    index = (made / "index.html").read_text()
    for kind in KINDS:
        for locale in ("en", "de"):
            assert f'src="{kind}.{locale}.html"' in index
            mail = message_from_bytes((made / f"{kind}.{locale}.eml").read_bytes(), policy=default)
            assert mail["X-Sheetsync-Kind"] == kind
            assert (made / f"{kind}.{locale}.txt").read_text().startswith("Subject: ")
    assert index.count("characters:</span>") == 2 * len(CUSTOMER_KINDS)
    assert "#7A2E8A" in (made / "shipped.de.html").read_text()
    assert "Sunrise Parcels <orders@example.org>" in (made / "shipped.en.eml").read_text()
    assert "written in en" in index.partition("escalation")[2]


def test_one_message_in_one_language_goes_where_one_says(shop, capsys):
    assert preview(shop, "shipped", "--locale", "en_US", "--out", str(shop / "look")) == 0
    assert sorted(path.name for path in (shop / "look").iterdir()) == [
        "index.html", "shipped.en_US.eml", "shipped.en_US.html", "shipped.en_US.txt",
    ]  # fmt: skip
    assert "March 3, 2026" in (shop / "look/shipped.en_US.txt").read_text()
    assert "1 message written" in capsys.readouterr().out


def test_a_template_that_cannot_be_used_is_told_and_hides_no_other(shop, capsys):
    (shop / "mine/shipped").mkdir(parents=True)
    (shop / "mine/shipped/body.txt.j2").write_text("Dear\n{{ custmer }}\n")
    assert preview(shop, "--locale", "en") == 1
    said = capsys.readouterr().out
    assert f"{shop}/mine/shipped/body.txt.j2:2:1: 'custmer' is undefined" in said
    assert f"{len(KINDS) - 1} messages written" in said
    index = (shop / "mail_preview/index.html").read_text()
    assert "1 cannot be used as it stands" in " ".join(index.split()).replace("<strong>", "")
    assert run(["rules", "check", "--config", str(shop / "config.yaml")]) == 2
    assert "body.txt.j2:2:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["shiped"], "did you mean"),
        (["--locale", "klingon"], "not a language"),
        (["--out", "{shop}/config.yaml"], "is a file"),
        (["--out", "{shop}/config.yaml/in"], "Name another folder"),
    ],
)
def test_a_wrong_call_is_told_with_the_way_out(shop, capsys, arguments, words):
    assert preview(shop, *(text.format(shop=shop) for text in arguments)) in {1, 2}
    assert words in capsys.readouterr().err
