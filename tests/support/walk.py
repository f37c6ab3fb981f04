"""The walk of docs/undo-and-simulate.md: a wrong rule goes live at 14:00 and is taken back.

`python -m tests.support.walk` plays it anew and writes the transcript into the page; a test compares.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sheetsync.cli import output
from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from tests.support.shop import ROOT, Shop, local

PAGE = ROOT / "docs" / "undo-and-simulate.md"
PLACE = re.compile(r"(<!-- transcript -->\n).*?(<!-- end of transcript -->)", re.DOTALL)
WRONG = (
    ("sla.yaml", "within: 4h}                                   # [S0]", "within: 4m}                                   # [S0]"),
    ("statuses.yaml", "{after: 3 working days, ", "{after: 3h, "),
)  # fmt: skip
"""Two slips of one afternoon: minutes for hours, and hours for days."""


@dataclass
class Walk:
    """The shop, and what was typed and seen, block by block."""

    shop: Shop
    blocks: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)

    def at(self, clock: str) -> None:
        """The clock on the wall."""
        self.shop.now = self.shop.at(clock)

    def tell(self, words: str) -> None:
        """A sentence between two commands."""
        self.blocks.append(words)

    def do(self, command: str) -> str:
        """Type a command, and keep what is shown."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said), chdir(self.shop.folder):
            code = run(shlex.split(command)[1:], clock=Clock(lambda: self.shop.now))
        told = said.getvalue().replace(str(self.shop.folder), "shop").strip()
        shown = "\n".join(line.rstrip() for line in told.splitlines())
        self.outcomes[command] = code
        self.blocks.append(f"```console\n$ {command}\n{shown}\n```")
        return shown

    def edit(self, folder: str, *, back: bool = False) -> None:
        """The wrong lines into the rules of a folder, or the right ones back."""
        for file, right, wrong in WRONG:
            path = self.shop.folder / folder / file
            old, new = (wrong, right) if back else (right, wrong)
            text = path.read_text()
            assert text.count(old) == 1, (path, old)
            path.write_text(text.replace(old, new))


def play(folder: Path) -> Walk:
    """The whole walk, in `folder`."""
    output.out.width = output.WIDTH_OF_A_FILE
    walk = Walk(Shop(folder / "shop"))
    _morning(walk)
    _wrong_rule(walk)
    _goes_live(walk)
    _taken_back(walk)
    return walk


def _morning(walk: Walk) -> None:
    shop = walk.shop
    orders: list[dict[str, Any]] = [
        {"order_id": f"#SP-{number}", "allocated": "✓", "handler": handler}
        for number, handler in ((101, "Thabo"), (102, "Lerato"), (103, "Thabo"), (104, "Lerato"))
    ]
    shop.add(*orders)
    shop.look(shop.at("08:10"))
    for number in (101, 102):
        shop.type_in(
            f"#SP-{number}", picked="✓", packed="✓", carrier="FastTrack", tracking=f"FT000{number}A",
            dispatched_at=local("08:20"), delivered_at=local("10:30"),
        )  # fmt: skip
    shop.look(shop.at("10:40"))
    shop.look(shop.at("11:00"))
    shop.type_in("#SP-103", picked="✓")
    shop.type_in("#SP-104", picked="✓")
    shop.look(shop.at("11:02"))
    shop.look(shop.at("13:58"))


def _wrong_rule(walk: Walk) -> None:
    walk.at("14:00")
    shutil.copytree(walk.shop.rules, walk.shop.folder / "new-rules")
    walk.edit("new-rules")
    walk.tell(
        "It is 14:00. In a copy of the rules, `new-rules`, somebody means to tidy up and slips twice: in `sla.yaml` "
        "packing may take `4m` instead of `4h`, and in `statuses.yaml` a delivered order is completed "
        "`after: 3h` instead of `3 working days`. Nothing is wrong with the form of that:"
    )
    walk.do("sheetsync rules check --folder new-rules")
    walk.tell("But what would these rules have done today?")
    walk.do("sheetsync simulate --rules new-rules --since 2026-03-09")
    walk.tell(
        "Two orders late that are not, two closed that are not, four mails: whoever reads that stops here. "
        "Say that nobody looked."
    )


def _goes_live(walk: Walk) -> None:
    walk.edit("rules")
    walk.at("14:02")
    walk.do("sheetsync sync")
    walk.tell(
        "At 14:10 Lerato sees that #SP-102 is Completed, shakes her head, and types Returned, which is true."
    )
    walk.shop.type_in("#SP-102", status="Returned")
    walk.at("14:20")
    walk.edit("rules", back=True)
    walk.tell("At 14:20 the phone has rung, and the two lines are mended. Which pass was it?")
    walk.do("sheetsync undo")


def _taken_back(walk: Walk) -> None:
    number = int(re.findall(r"(\d+)[ │]+2026-03-09 14:02", walk.blocks[-1])[0])
    walk.do(f"sheetsync undo {number} --yes")
    walk.at("14:22")
    walk.tell(
        "The next pass works by the mended rules. It writes none of it again, and mails nobody:"
    )
    walk.do("sheetsync sync")
    walk.tell("And an order tells what happened to it:")
    walk.do("sheetsync explain '#SP-103'")
    walk.at("15:04")
    walk.tell(
        "Two minutes after 15:02 the four hours are truly over. Since the first telling was withdrawn, the right "
        "people hear of it:"
    )
    walk.do("sheetsync sync")


def transcript() -> str:
    """The transcript as it stands in the page."""
    with tempfile.TemporaryDirectory() as folder:
        return "\n\n".join(play(Path(folder)).blocks)


def with_transcript(page: str, text: str) -> str:
    """The page with this transcript in its place."""
    return PLACE.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(with_transcript(PAGE.read_text(encoding="utf-8"), transcript()), "utf-8")
