"""A step of a mirror that ends anywhere is healed by the next: nothing lost, nothing twice, no conflict twice."""

from __future__ import annotations

import pytest

from sheetsync.worker.offline.applying import stand
from sheetsync.worker.offline.mirror_step import carry_out_mirror
from sheetsync.worker.offline.mirroring import look_at_mirror
from tests.support.shop import Shop

KEYS = ("customer", "handler", "notes", "picked")


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two workbooks in step at 08:15, and then worked in on both sides."""
    folder = tmp_path_factory.mktemp("pair")
    here, there = Shop(folder / "here"), Shop(folder / "there")
    here.add(*({"order_id": f"#SP-{n}", "notes": f"note {n}"} for n in range(1, 5)))
    here.look(here.at("08:10"))
    there.look(there.at("08:10"))
    step(here, there, "08:15")
    here.type_in("#SP-1", notes="from here", picked="✓")
    there.type_in("#SP-2", notes="from there", handler="Naledi")
    here.type_in("#SP-3", notes="here")
    there.type_in("#SP-3", notes="there")
    here.add({"order_id": "#SP-70", "notes": "new here"})
    there.add({"order_id": "#SP-80", "notes": "new there"})
    return here, there, here.snapshot(), there.snapshot()


def step(here: Shop, there: Shop, clock: str, kill: int = 0) -> bool:
    """One step, which ends at the boundary of that number; whether there was anything to do."""
    here.now = there.now = here.at(clock)
    passed = iter(range(1, 100))

    def end(_name: str) -> None:
        if next(passed) == kill:
            raise Killed

    with here.workshop() as first, there.workshop() as second:
        plan = look_at_mirror(first, second, here.now)
        if not plan.idle:
            carry_out_mirror(plan, who="a test", step=end)
        return not plan.idle


def cells(shop: Shop) -> dict[tuple[str, str], str]:
    with shop.workshop() as workshop:
        side = stand(workshop, shop.now).side
    assert not side.doubled
    return {(str(o), k): side.columns[k][p] for p, o in enumerate(side.ids) for k in KEYS}


@pytest.mark.parametrize("boundary", [1, 2, 3, 4])
def test_wherever_a_step_ends_the_next_one_brings_both_into_step(made, boundary):
    here, there, one, other = made
    here.restore(one)
    there.restore(other)
    with pytest.raises(Killed):
        step(here, there, "08:30", boundary)
    step(here, there, "08:32")
    assert not step(here, there, "08:34")
    mine, theirs = cells(here), cells(there)
    assert mine.keys() == theirs.keys()
    assert {cell for cell in mine if mine[cell] != theirs[cell]} == {("#SP-3", "notes")}
    assert (mine["#SP-3", "notes"], theirs["#SP-3", "notes"]) == ("here", "there")
    assert (mine["#SP-2", "handler"], theirs["#SP-1", "picked"]) == ("Naledi", "Yes")
    assert {("#SP-70", "notes"), ("#SP-80", "notes")} <= mine.keys()
    with here.workshop() as workshop:
        (conflict,) = workshop.store.offline(workshop.state.id).conflicts()
    assert (conflict.order_id, conflict.theirs, conflict.ours) == ("#SP-3", "there", "here")
