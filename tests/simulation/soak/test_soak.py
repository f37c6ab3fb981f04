"""A soak shares its seconds among its parts, says plainly what it counted, and fails where a promise was broken."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.soak.__main__ import main
from tests.simulation.soak.parts import (
    REAL,
    SIMULATED,
    STORES,
    Piece,
    Played,
    difference,
    numbered_anew,
)
from tests.simulation.soak.sharing import SHARES, Shares
from tests.simulation.soak.table import table
from tests.simulation.worker.figures import Figures
from tests.simulation.worker.planted import CAUGHT_AT
from tests.simulation.worker.story import Story

TABLE = """\
                                       simulated  real kills  total
seeds                                      1,234           2  1,236
passes                                     9,000          60  9,060
kills                                        800          50    850
workers overtaken while stopped                0           0      0
faults and kills by kind                     300          50    350
  killed amid DATA                             -          50     50
  store in use                               300           -    300
mails due                                     90          10    100
  sent                                        90          10    100
  doubled, by a kill or a lost answer          3           1      4
  held or in doubt                             0           0      0
  waiting                                      0           0      0
  failed or out of date, visibly               0           0      0
  lost                                         0           0      0
wrong-row cells                                0           0      0
lost edits                                     0           0      0
cells left alone and named to people           0           0      0
torn stores, files and mails                   0           0      0
broken promises                                0           1      1"""


def test_the_table_has_a_column_for_each_part_and_one_for_all():
    simulated = Figures(
        seeds=1234, passes=9000, kills=800, faults=Counter({"store in use": 300}), mails_due=90,
        mails_sent=90, mails_doubled=3,
    )  # fmt: skip
    killed = Figures(
        seeds=2, passes=60, kills=50, faults=Counter({"killed amid DATA": 50}), mails_due=10,
        mails_sent=10, mails_doubled=1, broken=["world 1: a mail was lost"],
    )  # fmt: skip
    assert table({SIMULATED: simulated, REAL: killed}) == TABLE


class Clock:
    """A clock that a test moves on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def played(shares: Shares, clock: Clock, costs: dict[str, float]) -> list[Piece]:
    """Every piece that one process plays, each for so many seconds."""
    pieces = []
    while (piece := shares.piece()) is not None:
        pieces.append(piece)
        clock.now += costs[piece.part]
        shares.done(Played(piece, costs[piece.part]))
    return pieces


def test_the_seconds_are_shared_and_kept():
    clock, costs = Clock(), {SIMULATED: 2.0, REAL: 10.0}
    pieces = played(Shares(300, None, clock=clock), clock, costs)
    used = {part: sum(costs[p.part] for p in pieces if p.part == part) for part in costs}
    assert 280 <= sum(used.values()) <= 300
    for part, seconds in used.items():
        assert abs(seconds / 300 - SHARES[part] / (1 - SHARES[STORES])) < 0.05
    for part in costs:
        assert [p.seed for p in pieces if p.part == part][:3] == [0, 1, 2]


def test_even_a_short_soak_plays_each_part_once():
    clock = Clock()
    pieces = played(Shares(1, None, clock=clock), clock, {SIMULATED: 0.5, REAL: 9.0})
    assert [piece.part for piece in pieces] == [SIMULATED, REAL]


def test_a_broken_promise_ends_the_soak_with_1_and_is_named_with_what_plays_it_again(
    capsys: pytest.CaptureFixture[str],
):
    name = "whole rows written back"
    first = CAUGHT_AT[name]
    asked = ["--seconds", "0.1", "--jobs", "1", "--parts", SIMULATED, "--no-postgres"]
    code = main([*asked, "--first", str(first), "--plant", name])
    said = capsys.readouterr().out
    assert code == 1
    assert f"BROKEN seed {first} on memory: " in said
    assert f"again: python -m tests.simulation.worker --seed {first} --kind memory" in said
    assert said.splitlines()[-1] == "a promise was BROKEN"
    assert "broken promises                        " in said


def test_two_stories_that_differ_are_told_by_the_first_unlike_line():
    one = Story(1, "memory", trace=["a", "b", "c"])
    assert difference(one, Story(1, "memory", trace=["a", "x", "c"])) == (
        "SQLite has 'b' where PostgreSQL has 'x'"
    )
    assert "2 lines" in difference(one, Story(1, "memory", trace=["a", "b"]))


def test_a_mail_is_called_by_its_turn_since_databases_number_them_differently():
    trace = ["mail 2 to a@x: retry", "mail 5 to b@x: sent", "mail 2 to a@x: sent", "mail 9 cells"]
    assert numbered_anew(trace) == [
        "mail 1 to a@x: retry", "mail 2 to b@x: sent", "mail 1 to a@x: sent", "mail 9 cells",
    ]  # fmt: skip
