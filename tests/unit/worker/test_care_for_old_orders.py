"""Archive, purge and forget: what is done with goes, what is counted stays, and who did it is known."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from sheetsync.cli.main import run
from sheetsync.errors import UsageError
from sheetsync.worker.care import (
    archive,
    cut,
    look_at_archive,
    look_at_forget,
    look_at_purge,
)
from tests.support.shop import HEADINGS, TITLES, Shop, rows_of

NAME, MAIL = "Zanele Quartz", "zanele@quartz.example"
WHO = "lerato@desk"
LATER = 130
"""Days after the Monday of the tests: over four months."""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Shop:
    """#SP-1 is Completed and gone, #SP-2 Completed and still there, #SP-3 open; one customer has two."""
    headings = (*HEADINGS, TITLES["customer_email"])
    shop = Shop(
        tmp_path_factory.mktemp("care") / "shop",
        more="retention: {personal_days: 0}\n",
        headings=headings,
    )
    shop.add(
        {"order_id": "#SP-1", "customer": NAME, "customer_email": MAIL, "allocated": "✓"},
        {"order_id": "#SP-2", "customer": "Sipho"},
        {"order_id": "#SP-3", "customer": NAME.upper(), "notes": f"call {NAME} first"},
        {"order_id": "#SP-4", "customer": "Naledi"},
    )
    shop.look(shop.at("08:00"))
    shop.type_in("#SP-1", status="Completed", customer=f"{NAME} Ltd")
    shop.type_in("#SP-2", status="Completed")
    shop.look(shop.at("08:05"))
    remove(shop, "#SP-1")
    shop.look(shop.at("08:10"))
    shop.snapshot()
    return shop


@pytest.fixture
def shop(built) -> Shop:
    """The shop as it was built, whatever the test before did to it."""
    built.restore(built.folder.with_name(f"{built.folder.name}-snapshot"))
    built.now = built.at("08:10")
    return built


def remove(shop, order):
    with shop.sheet() as sheet:
        sheet.delete_rows(rows_of(sheet)[order])


def entries(shop, order):
    with shop.workshop() as workshop, workshop.store.audit(1, order_id=order) as found:
        return list(found)


def everything_in(shop):
    """Every byte of the store: what was cut is not to be found in what SQLite keeps besides, either."""
    files = [f for f in shop.folder.glob("state.db*") if not f.name.endswith(".reserve")]
    return b"".join(f.read_bytes() for f in files)


def stored(shop, order):
    with closing(sqlite3.connect(shop.folder / "state.db")) as raw:
        return {
            table: raw.execute(
                f"SELECT count(*) FROM {table} WHERE order_id = ?", (order,)
            ).fetchone()[0]
            for table in (
                "order_memory",
                "order_fact",
                "order_seen",
                "archived_order",
                "change_log",
            )
        }


def test_only_orders_closed_long_ago_and_gone_are_archived(shop):
    shop.now = shop.at("09:00", LATER)
    with shop.workshop() as workshop:
        due = look_at_archive(workshop, shop.now, 4)
        assert list(due.orders) == ["#SP-1"]
        assert due.standing == ("#SP-2",)
        assert look_at_archive(workshop, shop.now, 5).orders == {}
        with pytest.raises(UsageError, match="from 3 months on"):
            look_at_archive(workshop, shop.now, 2)
        assert archive(workshop, due, who=WHO, now=shop.now) == 1
    kept = stored(shop, "#SP-1")
    assert (kept["order_memory"], kept["order_fact"], kept["order_seen"]) == (0, 0, 0)
    assert kept["archived_order"] == 1
    assert kept["change_log"] > 2
    last = entries(shop, "#SP-1")[-1]
    assert (last.kind, last.what, last.by, last.rule) == ("act", "archive", "person", WHO)


def test_an_archived_order_that_comes_back_is_remembered(shop):
    shop.now = shop.at("09:00", LATER)
    with shop.workshop() as workshop:
        before = workshop.store.load_memory(1, shop.now, "UTC").orders.loc["#SP-1"]
        archive(workshop, look_at_archive(workshop, shop.now, 4), who=WHO, now=shop.now)
        assert "#SP-1" not in workshop.store.load_memory(1, shop.now, "UTC").orders.index
    shop.add({"order_id": "#SP-1", "customer": NAME, "allocated": "✓", "status": "Completed"})
    result = shop.look(shop.at("09:10", LATER))
    assert result.outcome == "done"
    with shop.workshop() as workshop:
        after = workshop.store.load_memory(1, shop.now, "UTC").orders.loc["#SP-1"]
    assert after["first_seen"] == before["first_seen"]
    assert stored(shop, "#SP-1")["archived_order"] == 0
    acts = [e.what for e in entries(shop, "#SP-1") if e.kind == "act"]
    assert acts == ["gone", "archive", "unarchive", "back"]


def test_a_purge_cuts_what_is_personal_and_leaves_what_is_counted(shop):
    shop.now = shop.at("09:00", LATER)
    before = len(entries(shop, "#SP-1"))
    with shop.workshop() as workshop:
        wish, counts = look_at_purge(workshop, shop.now, 90, who=WHO)
        assert wish.orders == ["#SP-1", "#SP-2"]
        assert counts.total > 0
        assert MAIL.encode() in everything_in(shop)
        assert cut(workshop, wish, shop.now) == counts
        facts = workshop.store.load_facts(1)
    lines = entries(shop, "#SP-1")
    assert len(lines) == before + 1
    changed = next(e for e in lines if e.what == "customer")
    assert changed.old.startswith("[cut ")
    assert changed.new.startswith("[cut ")
    assert changed.old != changed.new
    assert facts.loc["#SP-1", "customer"].startswith("[cut ")
    assert facts.loc["#SP-3", "customer"] == NAME.upper()
    assert MAIL.encode() not in everything_in(shop)


def test_the_worker_cuts_and_archives_once_a_day_by_itself(shop):
    shop.configure(more="retention: {personal_days: 90, archive_months: 4}\n")
    result = shop.look(shop.at("09:00", LATER))
    assert [r for r in result.remarks if r.startswith(("Closed", "Orders"))] == [
        "Closed orders moved to the archive: 1.",
        "Orders whose personal values were cut: 2.",
    ]
    assert MAIL.encode() not in everything_in(shop)
    again = shop.look(shop.at("10:00", LATER + 1))
    assert not [r for r in again.remarks if r.startswith(("Closed", "Orders"))]


def test_a_purged_order_that_still_stands_there_tells_of_no_edit_and_is_cut_again(shop):
    shop.configure(more="retention: {personal_days: 90}\n")
    shop.look(shop.at("09:00", LATER))
    shop.type_in("#SP-2", handler="Sizwe")
    shop.look(shop.at("09:10", LATER))
    mine = [e for e in entries(shop, "#SP-2") if e.at >= "2026-07-17"]
    assert [(e.what, e.new) for e in mine if e.by == "person"] == [("handler", "Sizwe")]
    shop.look(shop.at("09:00", LATER + 1))
    with shop.workshop() as workshop:
        assert workshop.store.load_facts(1).loc["#SP-2", "customer"].startswith("[cut ")


def test_forgetting_a_customer_cuts_every_order_and_every_mention(shop):
    with shop.workshop() as workshop:
        wish = look_at_forget(workshop, NAME, shop.now, kind=None, who=WHO)
        assert wish.kind == "customer"
        assert wish.wish.orders == ["#SP-1", "#SP-3"]
        assert wish.standing == ("#SP-3",)
        assert NAME.encode() in everything_in(shop)
        done = cut(workshop, wish.wish, shop.now)
        assert done == wish.counts
    left = everything_in(shop).lower()
    assert b"quartz" not in left
    assert b"sipho" in left
    (act,) = [e for e in entries(shop, "#SP-3") if e.kind == "act"]
    assert (act.what, act.rule) == ("forget", WHO)


def test_what_is_archived_is_forgotten_too(shop):
    shop.now = shop.at("09:00", LATER)
    with shop.workshop() as workshop:
        archive(workshop, look_at_archive(workshop, shop.now, 4), who=WHO, now=shop.now)
        wish = look_at_forget(workshop, MAIL.upper(), shop.now, kind=None, who=WHO)
        assert wish.wish.orders == ["#SP-1"]
        assert wish.counts.archived == 1
        cut(workshop, wish.wish, shop.now)
    assert MAIL.encode() not in everything_in(shop)
    assert b"Quartz Ltd" not in everything_in(shop)


def test_a_word_that_figures_hang_on_is_not_cut_because_a_note_says_it(shop):
    shop.type_in("#SP-4", notes="Standard")
    shop.look(shop.at("08:12"))
    shop.type_in("#SP-4", priority="Expedited")
    shop.look(shop.at("08:14"))
    with shop.workshop() as workshop:
        order = look_at_forget(workshop, "#SP-4", shop.now, kind=None, who=WHO)
        cut(workshop, order.wish, shop.now)
    told = {e.what: (e.old, e.new) for e in entries(shop, "#SP-4") if e.by == "person"}
    assert told["priority"] == ("Standard", "Expedited")
    assert told["notes"][1].startswith("[cut ")


def test_who_was_forgotten_stays_so_though_the_row_still_says_the_name(shop):
    shop.look(shop.at("08:11"))
    with shop.workshop() as workshop:
        cut(
            workshop, look_at_forget(workshop, "#SP-4", shop.now, kind=None, who=WHO).wish, shop.now
        )
    shop.type_in("#SP-4", packed="✓")
    shop.look(shop.at("09:00"))
    assert b"Naledi" in everything_in(shop)
    shop.look(shop.at("09:00", 1))
    assert b"Naledi" not in everything_in(shop)


def test_forgetting_an_address_or_an_order(shop):
    with shop.workshop() as workshop:
        assert look_at_forget(workshop, MAIL, shop.now, kind=None, who=WHO).kind == "email"
        order = look_at_forget(workshop, "sp-4", shop.now, kind=None, who=WHO)
        assert (order.kind, order.wish.orders) == ("order", ["#SP-4"])
        cut(workshop, order.wish, shop.now)
        with pytest.raises(UsageError, match="knows no order, address or customer"):
            look_at_forget(workshop, "Nobody", shop.now, kind=None, who=WHO)
    assert b"Naledi" not in everything_in(shop)


def test_the_verbs_show_first_and_do_with_apply(shop, capsys):
    config = ["--config", str(shop.config)]
    assert run(["forget", NAME, *config]) == 0
    told = capsys.readouterr().out
    assert "Nothing was cut" in told
    assert "#SP-3" in told
    assert NAME.encode() in everything_in(shop)
    assert run(["forget", NAME, *config, "--apply"]) == 0
    assert NAME.encode() not in everything_in(shop)
    assert run(["archive", "--older-than", "3", *config]) == 0
    assert "1 order would go" in capsys.readouterr().out
    assert run(["archive", "--older-than", "3", *config, "--apply"]) == 0
    assert stored(shop, "#SP-1")["archived_order"] == 1
    assert run(["history", "#SP-1", *config, "--format", "json"]) == 0
    told = capsys.readouterr().out
    assert run(["explain", "#SP-1", *config]) == 0
    explained = " ".join(capsys.readouterr().out.split())
    assert "and is in the archive." in explained
    assert "Handled By: Thabo" in explained
    acts = [e["what"] for e in json.loads(told[told.index("{") :])["entries"] if e["kind"] == "act"]
    assert acts == ["gone", "forget", "archive"]
