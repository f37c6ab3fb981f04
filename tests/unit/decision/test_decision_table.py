"""The status decision table, all 2,432 cases against an independent re-statement in plain Python."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sheetsync.domain.decision import FLAGS, Decision, Situation, decide
from sheetsync.domain.rules import StatusRules
from sheetsync.rulebook import load_rules

RULES = load_rules(Path(__file__).parents[3] / "rules").statuses
SIMPLE = replace(RULES, vocabulary="simple")
TYPED = (
    "", "Pending", "Allocated", "Picking", "Packing", "Ready", "Shipped", "In Transit",
    "Out for Delivery", "Delivered", "Completed", "On Hold", "Backordered", "Payment Failed",
    "Delivery Failed", "Returned", "Cancelled", "Delayed", "?",
)  # fmt: skip


class Case(NamedTuple):
    """One line: allocated, picked, packed, dispatched, delivered, handler, typed status, edited."""

    a: bool
    p: bool
    k: bool
    d: bool
    v: bool
    h: bool
    typed: str
    edited: bool


class Answer(NamedTuple):
    derived: str
    shown: str
    writes: bool
    flags: frozenset[str]


CASES = [
    Case(*ticks, typed, edited)
    for *ticks, typed, edited in product(*[(False, True)] * 6, TYPED, (False, True))
]


def restated(case: Case) -> Answer:
    """Rows 1 to 17 of the table, one order at a time, in the words of the specification."""
    derived = (
        "Delivered" if case.v
        else "Shipped" if case.d
        else "Ready" if case.k
        else "Packing" if case.p
        else ("Picking" if case.h else "Allocated") if case.a
        else "Pending"
    )  # fmt: skip
    stands = Answer(derived, case.typed, False, frozenset(_overlay_flags(case)))
    if case.typed == "":  # row 1
        return Answer(derived, derived, True, frozenset())
    if case.typed == "?":  # row 17
        return Answer(derived, "", False, frozenset({"unknown_status"}))
    if case.typed in TYPED[11:]:  # rows 7 to 14
        return stands
    if case.typed == derived or case.typed in _refinements(derived):  # rows 2 and 3
        return stands
    if TYPED.index(case.typed) > TYPED.index(derived):  # row 6
        return stands._replace(flags=frozenset({"status_ahead_of_ticks"}))
    if case.edited:  # row 5
        return stands._replace(flags=frozenset({"status_behind_ticks"}))
    return Answer(derived, derived, True, frozenset())  # row 4


def _refinements(derived: str) -> tuple[str, ...]:
    return {
        "Allocated": ("Picking",),
        "Shipped": ("In Transit", "Out for Delivery"),
        "Delivered": ("Completed",),
    }.get(derived, ())


def _overlay_flags(case: Case) -> set[str]:
    flags = set()
    if case.typed in {"On Hold", "Payment Failed"} and case.d:  # row 7
        flags.add("hold_after_dispatch")
    if case.typed == "Backordered" and (case.k or case.d):  # row 8
        flags.add("backordered_but_packed")
    if case.typed in {"Delivery Failed", "Returned"} and not case.d:  # row 9
        flags.add("needs_dispatch")
    if case.typed == "Cancelled" and case.d:  # row 12
        flags.add("cancelled_but_dispatched")
    exceptions = {"On Hold", "Payment Failed", "Backordered", "Delayed", "Delivery Failed"}
    if case.typed in exceptions and case.v:  # row 14
        flags.add("closed_evidence_but_open_exception")
    return flags


def situation(cases: list[Case], **over: object) -> Situation:
    typed = np.array([case.typed for case in cases], dtype=object)
    none = np.zeros(len(cases), dtype=bool)
    values = {
        "ticks": np.array([case[:5] for case in cases], dtype=bool),
        "handler": np.array([case.h for case in cases]),
        "typed": np.where(typed == "?", "", typed).astype(object),
        "unknown": typed == "?",
        "edited": np.array([case.edited for case in cases]),
        "moved_on": none,
        "retracted": none,
        "quiet": none,
        **over,
    }
    return Situation(**values)


def answers(decision: Decision) -> list[Answer]:
    return [
        Answer(
            decision.derived[i],
            decision.shown[i],
            bool(decision.worker_writes[i]),
            frozenset(rule for rule, mask in decision.flags.items() if mask[i]),
        )
        for i in range(len(decision.derived))
    ]


def one(case: Case, rules: StatusRules = RULES, **over: bool) -> tuple[Answer, Decision]:
    arrays = {name: np.array([value]) for name, value in over.items()}
    decision = decide(situation([case], **arrays), rules)
    return answers(decision)[0], decision


def at(ticks: str, typed: str, *, edited: bool = True, handler: bool = False) -> Case:
    """A case from letters: `at("APK", "Ready")`."""
    return Case(*(letter in ticks for letter in "APKDV"), handler, typed, edited)


def test_all_2432_lines_of_the_table_are_answered_as_specified() -> None:
    decided = answers(decide(situation(CASES), RULES))

    assert len(CASES) == 2432
    wrong = [
        (case, got, restated(case))
        for case, got in zip(CASES, decided, strict=True)
        if got != restated(case)
    ]
    assert wrong == []


def test_the_restated_table_is_the_one_that_was_reviewed() -> None:
    """A digest of all lines: an accidental edit of the oracle itself cannot pass unseen."""
    lines = [
        "|".join(
            (*(str(int(x)) for x in case[:6]), case.typed, str(int(case.edited)), *_text(case))
        )
        for case in CASES
    ]

    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()

    assert digest == "7e85c104f67cd6bf0c63a7b21d3bc37123b7c904d95255590282b357f14b1711"


def _text(case: Case) -> tuple[str, ...]:
    answer = restated(case)
    return answer.derived, answer.shown, str(answer.writes), " ".join(sorted(answer.flags))


@pytest.mark.parametrize("rules", [RULES, SIMPLE], ids=["full", "simple"])
def test_applying_the_table_twice_changes_nothing(rules: StatusRules) -> None:
    first = decide(situation(CASES), rules)
    typed = np.array([case.typed for case in CASES], dtype=object)
    standing = np.where(first.worker_writes, first.shown, np.where(typed == "?", "", typed))
    edited = np.array([case.edited for case in CASES]) & ~first.worker_writes

    second = decide(situation(CASES, typed=standing.astype(object), edited=edited), rules)

    assert not second.worker_writes.any()
    assert (second.shown == first.shown).all()


def test_an_edited_status_is_never_overwritten() -> None:
    typed = np.array([case.typed for case in CASES])
    edited = np.array([case.edited for case in CASES])

    decision = decide(situation(CASES), RULES)

    assert not (decision.worker_writes & edited & (typed != "")).any()


@pytest.mark.parametrize("piece", range(5))
def test_one_more_tick_never_moves_the_derived_status_back(piece: int) -> None:
    plain = situation(CASES)
    more = plain.ticks.copy()
    more[:, piece] = True

    before, after = decide(plain, RULES), decide(situation(CASES, ticks=more), RULES)

    order = list(TYPED)
    assert all(
        order.index(one) <= order.index(other)
        for one, other in zip(before.derived, after.derived, strict=True)
    )


@pytest.mark.parametrize(
    ("case", "shown", "writes", "flag"),
    [
        (at("APK", "Pending"), "Ready", True, ""),
        (at("APK", "Cancelled"), "Cancelled", False, ""),
        (at("APK", "On Hold"), "On Hold", False, ""),
        (at("A", "Shipped"), "Shipped", False, "status_ahead_of_ticks"),
        (at("APK", "?"), "", False, "unknown_status"),
    ],
)
def test_a_later_tick_moves_a_status_that_is_behind_and_nothing_else(
    case: Case, shown: str, writes: bool, flag: str
) -> None:
    answer, _ = one(case, moved_on=True)

    assert answer[1:3] == (shown, writes)
    assert answer.flags == ({flag} if flag else set())


@pytest.mark.parametrize(
    ("ticks", "shown", "writes", "flags"),
    [
        ("", "In Progress", False, {"status_ahead_of_ticks"}),
        ("A", "In Progress", False, set()),
        ("AP", "In Progress", False, set()),
        ("APK", "In Progress", False, set()),
        ("APKD", "In Progress", False, {"status_behind_ticks"}),
    ],
)
def test_in_progress_equals_the_four_stages_it_stands_for(
    ticks: str, shown: str, writes: bool, flags: set[str]
) -> None:
    answer, _ = one(at(ticks, "In Progress"))

    assert answer[1:] == (shown, writes, flags)


def test_in_progress_gives_way_to_a_later_dispatch() -> None:
    answer, _ = one(at("APKD", "In Progress"), moved_on=True)

    assert answer[1:3] == ("Shipped", True)


@pytest.mark.parametrize("ticks", ["A", "AP", "APK"])
def test_the_simple_vocabulary_writes_in_progress_for_all_four(ticks: str) -> None:
    answer, decision = one(at(ticks, ""), SIMPLE)

    assert answer.shown == "In Progress"
    assert decision.derived[0] in RULES.statuses["In Progress"].means


@pytest.mark.parametrize("ticks", ["", "APKD", "APKDV"])
def test_the_simple_vocabulary_keeps_the_other_words(ticks: str) -> None:
    assert one(at(ticks, ""), SIMPLE)[0] == one(at(ticks, ""))[0]


def test_a_switched_vocabulary_rewrites_our_own_words_only() -> None:
    assert one(at("AP", "In Progress", edited=False))[0].shown == "Packing"
    assert one(at("AP", "Packing", edited=False), SIMPLE)[0].shown == "In Progress"
    assert not one(at("AP", "Packing"), SIMPLE)[0].writes
    assert not one(at("AP", "In Progress"))[0].writes


@pytest.mark.parametrize(
    ("typed", "edited", "shown"),
    [
        ("Delivered", False, "Completed"),
        ("Delivered", True, "Completed"),
        ("Completed", True, "Completed"),
        ("", False, "Completed"),
        ("Ready", True, "Ready"),
        ("Delayed", True, "Delayed"),
        ("On Hold", True, "On Hold"),
        ("Returned", True, "Returned"),
        ("Cancelled", True, "Cancelled"),
    ],
)
def test_a_quiet_delivered_order_is_completed_unless_a_problem_is_open(
    typed: str, edited: bool, shown: str
) -> None:
    answer, _ = one(at("APKDV", typed, edited=edited), quiet=True)

    assert answer.shown == shown


def test_nothing_undelivered_is_completed_by_time() -> None:
    assert one(at("APKD", ""), quiet=True)[0].shown == "Shipped"


def test_our_status_goes_back_with_a_tick_that_was_a_slip() -> None:
    answer, _ = one(at("AP", "Ready", edited=False), retracted=True)

    assert answer[1:] == ("Packing", True, frozenset())


@pytest.mark.parametrize(
    ("typed", "open_order", "exception"),
    [
        ("", True, False),
        ("Delayed", True, True),
        ("On Hold", True, True),
        ("Backordered", True, True),
        ("Delivery Failed", True, True),
        ("Returned", False, False),
        ("Cancelled", False, False),
        ("Completed", False, False),
        ("?", True, False),
    ],
)
def test_what_is_open_and_what_is_an_exception(
    typed: str, open_order: bool, exception: bool
) -> None:
    _, decision = one(at("APKD", typed))

    assert (bool(decision.open_order[0]), bool(decision.exception[0])) == (open_order, exception)


def test_a_status_the_rules_add_is_an_overlay_no_tick_moves() -> None:
    added = replace(RULES.statuses["On Hold"], name="Quality Check", pauses=())
    rules = replace(RULES, statuses={**RULES.statuses, "Quality Check": added})

    answer, _ = one(at("APK", "Quality Check"), rules, moved_on=True)

    assert answer[1:] == ("Quality Check", False, frozenset())


def test_every_flag_of_the_table_has_a_severity() -> None:
    assert set(decide(situation(CASES), RULES).flags) == set(FLAGS)
