"""What holds for a store in a file holds for one on a server: it lasts, grows with the code, and keeps order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from sheetsync.domain.followups.model import CALL_CUSTOMER, FollowUp, FollowUps, Wanted
from sheetsync.errors import StoreCorrupt, StoreError
from sheetsync.store import Store, schema
from sheetsync.store.care import Wish
from sheetsync.store.engine import open_engine
from sheetsync.store.reports import KpiFigure
from sheetsync.store.tables import metadata
from tests.support.plans import NOW, plan
from tests.support.postgres import raw
from tests.support.tomorrows_schema import REVISIONS, tomorrow


def opened(url):
    return Store.open(url, now=NOW)


def test_what_was_committed_is_there_after_opening_again(store_url):
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={"#SP-1": {"status_seen": "Packed"}}))
    with opened(store_url) as store:
        memory = store.load_memory(tracker_id, NOW, "UTC")
        assert memory.orders.loc["#SP-1", "status_seen"] == "Packed"


def test_follow_ups_are_kept_once_found_and_cut(store_url):
    said = FollowUp(key="k", kind="said", order_id="#SP-1", at=NOW, who="Lerato", text="called")
    task = Wanted(
        key="t", order_id="#SP-1", reason="late", channel="phone", who="x", text="call", due_at=NOW
    )
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        book = store.follow_ups(tracker_id)
        assert book.mark() == ""
        wanted = replace(
            plan(memory={"#SP-1": {"status_seen": "Packed"}}),
            follow_ups=FollowUps(active=True, wanted=(task,)),
        )
        store.commit_pass(tracker_id, wanted)
        for _ in range(2):
            book.log(said)
            book.log(
                replace(said, key="c", kind="task", reason=CALL_CUSTOMER, text="+27 82 555 0101")
            )
    with opened(store_url) as store:
        book = store.follow_ups(tracker_id)
        assert {each.key for each in book.open_tasks()} == {"t", "c"}
        assert [each.text for each in book.latest(5)] == ["called"]
        marks = {book.mark()}
        assert book.close("#SP-1", who="Lerato", now=NOW) == 2
        marks.add(book.mark())
        wish = Wish(
            act="forget", who="x", orders=["#SP-1"], columns=frozenset({"notes"}), fresh=b"1" * 32
        )
        store.care(tracker_id).cut(wish, now=NOW)
        marks.add(book.mark())
        assert len(marks) == 3
        kept = store.lookups(tracker_id).kept("#SP-1")
        assert kept is not None
        assert sorted(each.text[:4] for each in kept.follow_ups) == ["[cut", "[cut", "call"]
        with store.audit(tracker_id, order_id="#SP-1") as entries:
            kinds = [entry.kind for entry in entries if entry.kind in {"said", "task"}]
            assert kinds == ["said", *["task"] * 4]


def test_a_store_of_a_newer_sheetsync_is_refused_in_words(store_url):
    with opened(store_url) as store:
        raw(store, "UPDATE alembic_version SET version_num = '7777'")
    with pytest.raises(StoreCorrupt, match="newer sheetsync"):
        opened(store_url)


def test_an_upgrade_keeps_what_is_there_and_is_done_once(store_url, tmp_path):
    with opened(store_url) as store:
        store.tracker("t", "r", uuid="u", now=NOW)
    versions = tomorrow(tmp_path)
    engine = open_engine(store_url)
    for _ in range(2):
        schema.bring_up_to_date(
            engine, None, before_upgrade=lambda: None, revisions=REVISIONS, more_versions=versions
        )
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, note FROM tracker").all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("t", None)]


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(store_url, tmp_path):
    opened(store_url).close()
    versions = tomorrow(tmp_path, broken=True)
    engine = open_engine(store_url)
    with pytest.raises(StoreError):
        schema.bring_up_to_date(
            engine, None, before_upgrade=lambda: None, revisions=REVISIONS, more_versions=versions
        )
    assert "note" not in {column["name"] for column in inspect(engine).get_columns("tracker")}
    engine.dispose()
    opened(store_url).close()


def test_the_migrations_make_exactly_the_tables_of_the_code(store_url):
    opened(store_url).close()
    engine = open_engine(store_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_orders_come_in_the_order_of_their_code_points(store_url):
    ids = ["#SP-10", "#SP-9", "#sp-9", "Zürich", "a b", "a-b", "ab", "Äpfel", "ß", "名"]
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={order: {} for order in ids}))
        assert store.load_memory(tracker_id, NOW, "UTC").orders.index.tolist() == sorted(ids)


def test_a_character_that_the_database_cannot_hold_stops_no_pass(store_url):
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan(memory={"#SP-1": {"status_seen": "Pack\0ed"}}))
        memory = store.load_memory(tracker_id, NOW, "UTC")
        assert memory.orders.loc["#SP-1", "status_seen"] in {"Pack\0ed", "Pack\ufffded"}


def test_on_a_server_no_text_is_ordered_by_the_language_of_the_database(postgres_url):
    with opened(postgres_url) as store:
        other = raw(
            store,
            "SELECT table_name, column_name FROM information_schema.columns WHERE data_type = 'text' "
            "AND table_schema = 'public' AND collation_name IS DISTINCT FROM 'C'",
        )
    assert other == []


def test_the_secret_of_a_store_never_changes(store_url):
    with opened(store_url) as store:
        assert store.secret("mail", b"first") == b"first"
    with opened(store_url) as store:
        assert store.secret("mail", b"second") == b"first"


def test_the_last_good_rules_are_the_newest_saved(store_url):
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        assert store.last_good_rules(tracker_id) is None
        store.save_rules(tracker_id, digest="b", packed="new", now=NOW + timedelta(hours=1))
        store.save_rules(tracker_id, digest="a", packed="old", now=NOW)
        assert store.last_good_rules(tracker_id) == ("b", "new")
        assert store.rules_by_hash(tracker_id, "a") == "old"


def test_a_closed_figure_from_other_orders_is_marked_as_restated(store_url):
    figure = KpiFigure(
        month="2026-02", kpi="on-time", value=0.94, numerator=47, n=50, excluded=2,
        not_measurable=1, definition_version="1", input_hash="h1",
    )  # fmt: skip
    later = NOW + timedelta(days=30)
    with opened(store_url) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.save_kpi_figures(tracker_id, [figure], now=NOW)
        store.save_kpi_figures(tracker_id, [figure], now=later)
        (same,) = store.kpi_figures(tracker_id, "2026-02")
        assert (same.closed_at, same.restated_at) == (NOW, None)
        other = KpiFigure(
            **{f: getattr(figure, f) for f in figure.__slots__} | {"input_hash": "h2"}
        )
        store.save_kpi_figures(tracker_id, [other], now=later)
        (changed,) = store.kpi_figures(tracker_id)
        assert (changed.closed_at, changed.restated_at) == (NOW, later)
