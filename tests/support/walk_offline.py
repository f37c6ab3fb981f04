"""The walk of docs/offline.md: a copy leaves in the morning, is worked in, and comes back.

`python -m tests.support.walk_offline` plays it anew and writes the transcript into the page; a test compares.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sheetsync.cli import output
from tests.support.offline_copy import CopyHands
from tests.support.shop import ROOT, Shop
from tests.support.walk import Walk, with_transcript

PAGE = ROOT / "docs" / "offline.md"
SHOWN_ID = "K7F3-92QX"
"""Every copy has an id of its own; the page always shows the same one."""


def play(folder: Path) -> Walk:
    """The whole walk, in `folder`."""
    output.out.width = output.WIDTH_OF_A_FILE
    output.err.width = output.WIDTH_OF_A_FILE
    walk = Walk(Shop(folder / "shop"))
    orders: list[dict[str, Any]] = [
        {"order_id": f"#SP-{n}", "allocated": "✓", "handler": "Lerato", "notes": f"shelf {n}"}
        for n in range(101, 105)
    ]
    walk.shop.add(*orders)
    walk.shop.look(walk.shop.at("08:10"))
    _goes_out(walk)
    _comes_back(walk)
    _is_decided(walk)
    walk.blocks = [block.replace(_id_of(walk), SHOWN_ID) for block in walk.blocks]
    return walk


def _goes_out(walk: Walk) -> None:
    walk.at("08:15")
    walk.do("sheetsync export van.xlsx")
    walk.tell(
        "All day the van works in `van.xlsx`: picks two orders, writes notes, takes on a new order, and deletes a row by "
        "mistake. Meanwhile, in the tracker, somebody writes another note for #SP-102, hands #SP-103 to Thabo, and "
        "the worker goes on every two minutes. At four the file is back:"
    )
    hands = CopyHands(walk.shop.folder / "van.xlsx")
    hands.type_all({
        "#SP-101": {"picked": "✓", "notes": "one cup chipped, replaced"},
        "#SP-102": {"picked": "✓", "notes": "gate code 4711"},
        "#SP-103": {"sla": "we were quick"},
    })  # fmt: skip
    hands.add(order_id="#SP-900", customer="Corner shop", skus="MUG-01 x6")
    hands.delete("#SP-104")
    walk.shop.type_in("#SP-102", notes="call before delivery")
    walk.shop.type_in("#SP-103", handler="Thabo")
    walk.shop.look(walk.shop.at("15:58"))


def _comes_back(walk: Walk) -> None:
    walk.at("16:00")
    walk.do("sheetsync import van.xlsx --diff diff.xlsx")
    walk.tell(
        "Nothing has been written yet. `diff.xlsx` shows the same in colours. It looks right, so:"
    )
    walk.do("sheetsync import van.xlsx --apply --yes")
    walk.tell(
        "The next pass stamps what was ticked, as for any other edit. Importing the file again is no harm:"
    )
    walk.at("16:02")
    walk.do("sheetsync sync")
    walk.at("16:03")
    walk.do("sheetsync import van.xlsx --apply --yes")


def _is_decided(walk: Walk) -> None:
    walk.tell(
        "One cell was changed on both sides, and a person decides, here or on the tab Conflicts:"
    )
    walk.do("sheetsync conflicts")
    walk.do("sheetsync conflicts --take file 1")


def _id_of(walk: Walk) -> str:
    return walk.blocks[0].split("Copy ")[1].split(".")[0]


def main() -> None:
    """Write the transcript into the page."""
    with tempfile.TemporaryDirectory() as folder:
        walk = play(Path(folder))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_transcript(page, "\n\n".join(walk.blocks)), encoding="utf-8")


if __name__ == "__main__":
    main()
