"""A workbook and a Google Sheet kept in step: what one side changed is on the other, what both changed is a person's."""

from __future__ import annotations

from typing import Any

import pytest

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from sheetsync.domain.conflicts_tab import TITLE
from sheetsync.errors import UsageError
from sheetsync.worker.offline.mirror_step import Mirrored, carry_out_mirror
from sheetsync.worker.offline.mirroring import look_at_mirror
from tests.support.google_sheets import served
from tests.support.google_shop import GoogleShop
from tests.support.shop import Shop

KEYS = ("customer", "skus", "allocated", "picked", "handler", "notes", "ordered_at")


class Pair:
    """The workbook `here`, which a worker looks after, and the sheet `there`, at one clock."""

    def __init__(self, folder: Any, server: Any) -> None:
        self.here, self.there = Shop(folder / "here"), GoogleShop(folder / "there", server)
        self.here.add(
            *(
                {"order_id": f"#SP-{n}", "notes": f"note {n}", "allocated": "✓" if n % 2 else None}
                for n in range(1, 7)
            )
        )
        self.here.look(self.here.at("08:10"))

    def step(self, clock: str, **how: Any) -> Mirrored | None:
        """One step; None where both are in step already."""
        self.here.now = self.there.now = self.here.at(clock)
        with self.here.workshop() as first, self.there.workshop() as second:
            plan = look_at_mirror(first, second, self.here.now, **how)
            return None if plan.idle else carry_out_mirror(plan, who="a test")

    def differing(self) -> set[tuple[str, str]]:
        """Cells of people that the two do not hold alike."""
        one, other = (cells_of(shop) for shop in (self.here, self.there))
        return {cell for cell in one.keys() | other.keys() if one.get(cell) != other.get(cell)}


def cells_of(shop: Shop) -> dict[tuple[str, str], str]:
    with shop.workshop() as workshop:
        from sheetsync.worker.offline.applying import stand

        side = stand(workshop, shop.now).side
    return {
        (str(order), key): side.columns[key][place]
        for place, order in enumerate(side.ids)
        for key in KEYS
        if side.columns[key][place]
    }


@pytest.fixture
def pair(tmp_path):
    with served() as server:
        yield Pair(tmp_path, server)


def test_two_trackers_are_brought_into_step_and_stay_so(pair, capsys):
    first = pair.step("08:15")
    assert (first.second[1], first.first, first.conflicts) == (6, (0, 0), 0)
    assert not pair.differing()
    assert str(pair.there.cell("#SP-2", "sla")).startswith("OK")
    assert pair.step("08:20") is None

    pair.here.type_in("#SP-1", notes="from the workbook", picked="✓")
    pair.there.type_in("#SP-2", notes="from the sheet", handler="Naledi")
    pair.here.type_in("#SP-3", notes="here")
    pair.there.type_in("#SP-3", notes="there")
    pair.here.add({"order_id": "#SP-70", "notes": "new here"})
    pair.there.add({"order_id": "#SP-80", "notes": "new there"})
    pair.there.person.sort_orders(reverse=True)
    done = pair.step("08:30")
    assert (done.conflicts, done.missed) == (1, 0)
    assert pair.differing() == {("#SP-3", "notes")}
    assert pair.here.cell("#SP-2", "handler") == "Naledi"
    assert "there" in pair.here.tab(TITLE)
    assert pair.step("08:31") is None or not pair.step("08:32").conflicts

    with pair.here.sheet() as sheet:
        tab = sheet.parent[TITLE]
        row = next(r for r in tab.iter_rows() if r[1].value == "#SP-3")
        row[6].value = "Tracker"
    pair.here.look(pair.here.at("08:40"))
    pair.step("08:45")
    assert not pair.differing()
    assert pair.there.cell("#SP-3", "notes") == "here"
    assert pair.step("08:50") is None

    # Another conflict, decided for the other side; and a row that somebody deletes there.
    pair.here.type_in("#SP-3", handler="Sipho")
    pair.there.type_in("#SP-3", handler="Naledi")
    pair.there.person.delete_order("#SP-4")
    command = ["mirror", str(pair.here.folder), str(pair.there.folder)]
    clock = Clock(lambda: pair.here.at("09:00"))
    assert run(command, clock=clock) == 0
    assert "Deleted on one side and left on the other: #SP-4" in capsys.readouterr().err
    assert (
        run(["conflicts", "--take", "file", "2", "--config", str(pair.here.config)], clock=clock)
        == 0
    )
    pair.here.now = pair.there.now = pair.here.at("09:05")
    assert {order for order, _ in pair.differing()} == {"#SP-4"}
    assert pair.here.cell("#SP-3", "handler") == "Naledi"
    assert "#SP-4" in pair.here.orders()
    assert "#SP-4" not in pair.there.orders()
    assert run([command[0], command[1], str(pair.here.config)]) == 2
    assert "Name two." in capsys.readouterr().err


def test_one_way_leaves_the_first_side_alone(pair):
    pair.step("08:15", one_way=True)
    pair.there.type_in("#SP-2", notes="only there")
    pair.here.type_in("#SP-1", notes="goes over")
    before = cells_of(pair.here)
    pair.step("08:20", one_way=True)
    assert cells_of(pair.here) == before
    assert pair.there.cell("#SP-1", "notes") == "goes over"
    assert pair.there.cell("#SP-2", "notes") == "only there"


def test_two_trackers_in_two_time_zones_are_refused_before_any_time_is_wrong(pair):
    config = pair.here.config.read_text()
    pair.here.config.write_text(config.replace("Africa/Johannesburg", "Europe/Berlin"))
    with pytest.raises(
        UsageError, match="kept in the time zone Europe/Berlin, and Shop orders in Africa/"
    ):
        pair.step("08:15")
    assert not pair.there.orders()


def test_on_a_schedule_trouble_on_one_side_is_told_and_the_next_step_tries_again(pair, capsys):
    waits: list[float] = []
    away = pair.here.workbook.with_name("elsewhere")

    def wait(seconds: float) -> None:
        if seconds < 60:
            return
        waits.append(seconds)
        if len(waits) == 1:
            pair.here.workbook.rename(away)
        elif len(waits) == 2:
            away.rename(pair.here.workbook)
        else:
            raise KeyboardInterrupt

    clock = Clock(lambda: pair.here.at("08:15"), wait)
    command = ["mirror", str(pair.here.folder), str(pair.there.folder), "--every", "5m"]
    assert run(command, clock=clock) == 130
    said = capsys.readouterr()
    assert waits == [300.0] * 3
    assert "Shop orders got" in said.out
    assert "tracker.xlsx" in said.err
    assert said.out.rstrip().endswith("Both are in step.")
    assert run([*command[:4], "1s"]) == 2


def test_a_step_that_is_killed_between_the_two_is_healed_by_the_next(pair):
    class Killed(Exception):
        pass

    def kill(name: str) -> None:
        if name == "second":
            raise Killed

    pair.here.now = pair.there.now = pair.here.at("08:15")
    with pair.here.workshop() as first, pair.there.workshop() as second:
        plan = look_at_mirror(first, second, pair.here.now)
        with pytest.raises(Killed):
            carry_out_mirror(plan, who="a test", step=kill)
    pair.there.type_in("#SP-1", notes="typed meanwhile")
    done = pair.step("08:20")
    assert done is None or done.conflicts == 1
    assert set(pair.here.orders()) == set(pair.there.orders())
    assert pair.differing() <= {("#SP-1", "notes")}
    assert pair.there.cell("#SP-1", "notes") == "typed meanwhile"
