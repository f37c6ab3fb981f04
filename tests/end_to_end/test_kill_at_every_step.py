"""A pass may be killed at any of its steps: the next one completes it, and nobody notices."""

from __future__ import annotations

import os
import shutil
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.postbox import Postbox, serving
from tests.support.shop import Mail, Shop

STEPS = (
    "read", "planned", "commit", "committed",
    "begin", "created", "built", "verified", "backed-up", "compared", "swapped", "done",
    "written", "closed", "deliver",
    "claim", "claimed", "composed", "in_data", "handed_over", "recorded",
    "claim", "claimed", "composed", "in_data", "handed_over", "recorded",
    "delivered",
)  # fmt: skip
"""Every step of a pass with cells to write and two mails due."""


class Crash(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Busy:
    """A shop just before a pass with ticks to stamp, cells to write and two mails due."""

    shop: Shop
    snapshot: Path
    orders: dict[str, dict[str, Any]]
    mails: list[Mail]
    staff: dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Busy:
    shop = Shop(tmp_path_factory.mktemp("kill") / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2", "priority": "Bulk"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓", notes="Fragile!")
    shop.look(shop.at("08:12"))
    shop.type_in("#SP-2", allocated="✓", notes="=not a formula")
    shop.now = shop.at("12:13")
    snapshot = shop.snapshot()
    staff = shop.staff_cells()
    steps: list[str] = []
    shop.look(step=steps.append)
    assert tuple(steps) == STEPS
    return Busy(shop, snapshot, shop.orders(), shop.mails(), staff)


def killed_at(shop: Shop, place: int, *, hard: bool) -> None:
    """Do a pass that ends at its step number `place`: by an exception, or as by kill -9."""
    passed = 0

    def step(_name: str) -> None:
        nonlocal passed
        passed += 1
        if passed > place:
            if hard:
                os._exit(9)
            raise Crash

    if not hard:
        with pytest.raises(Crash):
            shop.look(step=step)
        return
    child = os.fork()
    if not child:
        shop.look(step=step)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def whole(path: Path) -> bool:
    """Whether the workbook is a package without a damaged part."""
    with zipfile.ZipFile(path) as package:
        return package.testzip() is None


@pytest.mark.parametrize(
    ("place", "hard"),
    [
        *((place, True) for place in range(len(STEPS))),
        *((place, False) for place in (3, 6, 10, 12)),
    ],
)
def test_a_pass_killed_at_any_step_is_completed_by_the_next(busy: Busy, place: int, hard: bool):
    shop = busy.shop
    shop.restore(busy.snapshot)
    shop.now = shop.at("12:13")

    killed_at(shop, place, hard=hard)

    assert whole(shop.workbook)
    assert shop.staff_cells() == busy.staff
    for left in shop.folder.glob("~$sheetsync-*"):
        os.utime(left, (shop.at("12:00").timestamp(),) * 2)

    with shop.workshop() as workshop:
        result = workshop.run_pass(shop.now)
        assert result.outcome in ("done", "unchanged"), result.problem
        assert whole(shop.workbook)
        assert shop.orders() == busy.orders
        assert shop.mails() == busy.mails
        after = workshop.run_pass(shop.now + timedelta(minutes=2))
        assert (after.outcome, after.cells) == ("unchanged", 0)
        assert after.delivery is not None
        assert after.delivery.lines == ()
        if shop.litter():
            shop.type_in("#SP-2", picked="✓")
            assert workshop.run_pass(shop.now + timedelta(minutes=4)).cells
    assert shop.litter() == []
    assert len(shop.mails()) == len(busy.mails)


@pytest.mark.parametrize("step", ["claimed", "in_data", "handed_over"])
def test_by_mail_server_a_kill_loses_nothing_and_doubles_only_what_was_in_data(
    tmp_path: Path, step: str
):
    postbox = Postbox()
    with serving(postbox) as port:
        mail = f"{{mode: smtp, host: 127.0.0.1, port: {port}, tls: none, from: orders@example.org}}"
        shop = Shop(tmp_path / "shop", mail=mail)
        shop.add({"order_id": "#SP-1", "allocated": "✓"})
        shop.look(shop.at("08:10"))
        shop.type_in("#SP-1", picked="✓")
        shop.look(shop.at("08:12"))
        shop.now = shop.at("12:13")
        place = STEPS.index(step)

        killed_at(shop, place, hard=True)
        shop.look()
        shop.look(shop.now + timedelta(minutes=2))

    assert sorted(set(postbox.recipients)) == ["lead@example.org", "thabo@example.org"]
    doubled = len(postbox.recipients) - 2
    assert doubled == (1 if step == "handed_over" else 0)
    assert len(set(postbox.message_ids())) == 2


def test_three_kills_in_a_row_just_after_the_commit_still_make_one_mail_each(tmp_path: Path):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.now = shop.at("12:13")
    for _ in range(3):
        killed_at(shop, STEPS.index("committed"), hard=False)
        shop.now += timedelta(minutes=1)
    shop.look()
    assert sorted(mail.to.split("<")[-1] for mail in shop.mails()) == [
        "lead@example.org>", "thabo@example.org>",
    ]  # fmt: skip
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")


def test_a_backup_folder_thrown_away_after_a_kill_is_made_again(tmp_path: Path):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1"})
    killed_at(shop, STEPS.index("swapped"), hard=False)
    shutil.rmtree(shop.folder / "state")
    assert shop.look().outcome == "done"
    assert shop.cell("#SP-1", "status") == "Pending"
