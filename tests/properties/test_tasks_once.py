"""Whatever the passes want and people do, a task is one line for ever, and nobody's "done" is undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from sheetsync.domain.followups.model import Done, FollowUps, Wanted
from sheetsync.store.follow_ups import FollowUpBook, keep_follow_ups
from sheetsync.store.tables import follow_up, metadata, tracker

START = datetime(2026, 3, 9, 8, tzinfo=UTC)
ORDERS = ("#SP-1", "#SP-2")
REASONS = ("late", "silent")
TASKS = st.frozensets(
    st.tuples(st.sampled_from(ORDERS), st.sampled_from(REASONS), st.integers(0, 1))
)
DONE = st.lists(st.tuples(st.sampled_from(ORDERS), st.sampled_from(("", *REASONS))), max_size=1)
PASSES = st.lists(st.tuples(TASKS, DONE, st.integers(1, 2)), min_size=1, max_size=8)


def wanted(order, reason, occasion):
    return Wanted(
        key=f"{order}|{reason}|{occasion}", order_id=order, reason=reason, channel="phone", who="x",
        text="call", due_at=None,
    )  # fmt: skip


@given(PASSES)
def test_each_task_once_and_closed_by_a_person_for_good(passes):
    engine = create_engine("sqlite://")
    metadata.create_all(engine, tables=[tracker, follow_up])
    book, now = FollowUpBook(engine, None, 1), START
    done_by_people: set[str] = set()
    opened: dict[str, datetime] = {}
    written: list[Done] = []
    for tasks, done, times in passes:
        now += timedelta(minutes=5)
        written += [Done(order_id=o, since=now, at=now, who="Lerato", task=t) for o, t in done]
        found = FollowUps(
            active=True, wanted=tuple(wanted(*task) for task in sorted(tasks)), done=tuple(written)
        )
        was_open = {task.key for task in book.open_tasks()}
        for _ in range(times):  # a pass that was killed after its commit is done again
            with engine.begin() as connection:
                keep_follow_ups(connection, 1, found, now)
        now_open = {task.key for task in book.open_tasks()}
        everything = {key for order in ORDERS for key in (row.key for row in book.of_order(order))}
        lines = [row.key for order in ORDERS for row in book.of_order(order)]
        assert len(lines) == len(everything)
        for row in (row for order in ORDERS for row in book.of_order(order)):
            opened.setdefault(row.key, now)
            if row.closed_by:
                done_by_people.add(row.key)
        assert not now_open & done_by_people
        assert now_open <= {each.key for each in found.wanted}
        for key in {each.key for each in found.wanted} - now_open:
            assert key in done_by_people
        assert {
            key for key in was_open - now_open if key in {w.key for w in found.wanted}
        } <= done_by_people
