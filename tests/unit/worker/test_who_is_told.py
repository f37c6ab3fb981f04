"""Who would be told tonight, and whom the tab Staff names: with a real workbook and a real store."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli
from sheetsync.worker.who import matrix, who_is_told
from tests.support.shop import Shop, local
from tests.support.workbook_person import WorkbookPerson

STAFF = [
    ["Name", "Role", "Email", "Active"],
    ["Thabo", "Handler", "thabo@karoo.example", True],
    ["Sizwe", "Floor lead", "sizwe@karoo.example", True],
    ["Zanele", "Floor lead", "zanele@karoo.example", False],
]
RULES = {
    "escalation.yaml": [
        ("    directory: {Thabo: thabo@example.org, Lerato: lerato@example.org}\n", "    tab: Staff\n"),
        ("    fallback: floor_lead         # for a name that is not in the directory\n",
         "    fallback: desk\n  desk: [desk@karoo.example]\n"),
        ("floor_lead: [lead@example.org]",
         "floor_lead: {from_staff: {role: Floor Lead}, fallback: desk}"),
        ("use: fulfilment, start_at_level: 3}",
         "use: fulfilment, start_at_level: 3, critical: yes, also: [senior]}"),
    ]
}  # fmt: skip


@pytest.fixture
def shop(tmp_path):
    """Four orders that wait for allocation since Monday 8:05; a worker has looked once."""
    shop = Shop(tmp_path / "shop", rules=RULES)
    WorkbookPerson(shop.workbook).write_tab("Staff", STAFF)
    shop.look(shop.at("08:10"))
    shop.add(
        {"order_id": "#SP-1"},
        {"order_id": "#SP-2", "priority": "Expedited"},
        {"order_id": "#SP-3", "handler": "Nobody"},
        {"order_id": "#SP-4", "ordered_at": local("08:05"), "priority": "Bulk"},
    )
    shop.look(shop.at("08:12"))
    return shop


def staff(shop, rows):
    WorkbookPerson(shop.workbook).write_tab("Staff", rows)


def ahead(shop, hours=4):
    with shop.workshop() as workshop:
        return who_is_told(workshop, shop.now, shop.now + timedelta(hours=hours))


def test_the_list_says_what_the_passes_then_do(shop):
    told = ahead(shop, hours=5)
    expected = {
        (each.order_id, each.level, each.address) for each in told.tellings if each.way == "mail"
    }
    end = shop.now + timedelta(hours=5)
    sent = set()
    while shop.now < end:
        result = shop.look(shop.now + timedelta(minutes=30))
        for notice in result.plan.notices if result.plan else ():
            sent |= {
                (row["order"], row["level"], notice.recipient) for row in notice.context["rows"]
            }
    assert expected == {line for line in sent if line[1] > 1} != set()
    assert told.mails >= 4


def test_each_line_says_why_with_file_and_line_to_whom_how_and_when(shop):
    lines = {(each.order_id, each.level, each.name): each for each in ahead(shop).tellings}
    critical = lines["#SP-2", 3, "Ops manager"]
    assert (critical.way, critical.critical) == ("mail", True)
    assert critical.what.startswith("Allocation breached, limit 1 h, due Mon 9 Mar 09:05")
    files = [source.partition(":")[0] for source in critical.sources]
    assert files == ["sla.yaml", "escalation.yaml", "escalation.yaml"]
    assert ("#SP-2", 3, "Senior") in lines, "also: [senior]"
    assert lines["#SP-1", 2, "Sizwe"].address == "sizwe@karoo.example"
    assert ("#SP-1", 2, "Zanele") not in lines, "not active"
    assert lines["#SP-3", 2, "Desk"].note.startswith("Handled By names somebody")


def test_what_an_order_is_worth_puts_it_up(shop):
    shop.edit_rules(
        "escalation.yaml", "rules:\n",
        "rules:\n  - {when: {order_value: {at_least: 1000}, sla_state: Breached}, use: fulfilment, start_at_level: 4}\n",
    )  # fmt: skip
    WorkbookPerson(shop.workbook).write_tab(
        "Order Lines", [["Order ID", "SKU", "Quantity", "Price"], ["#SP-1", "MUG-01", 100, 12.5],
                        ["#SP-3", "MUG-01", 10, 12.5]],
    )  # fmt: skip
    lines = {(each.order_id, each.level): each.name for each in ahead(shop).tellings}
    assert lines["#SP-1", 4] == "Senior"
    assert ("#SP-3", 4) not in lines


def test_nothing_is_written_sent_or_remembered(shop):
    before = shop.workbook.read_bytes()
    with shop.workshop() as workshop:
        kept = workshop.state
        who_is_told(workshop, shop.now, shop.now + timedelta(hours=8))
        assert workshop.state == kept
    assert shop.workbook.read_bytes() == before
    assert shop.mails_about_orders() == []


def test_a_role_that_nobody_has_any_more_is_on_sync_status_and_its_mail_at_the_fallback(shop):
    staff(shop, [STAFF[0], STAFF[1], ["Sizwe", "Floor lead", "", True]])
    shop.look(shop.at("08:20"))
    said = [text for text in shop.tab("Sync Status") if "Floor Lead" in text]
    assert len(said) == 1
    assert said[0].startswith("escalation.yaml:")
    assert '("Sizwe" has no address), so its mail goes to desk@karoo.example.' in said[0]
    shop.look(shop.at("12:30"))
    assert {mail.to.partition("<")[2].strip(">") for mail in shop.mails_about_orders()} >= {
        "desk@karoo.example", "thabo@karoo.example",
    }  # fmt: skip


def test_a_broken_tab_stops_no_pass(shop):
    staff(shop, [["who", "what"], ["x", "y"]])
    result = shop.look(shop.at("08:20"))
    assert result.outcome == "done"
    assert any("The tab Staff: no row of its first 20" in text for text in shop.tab("Sync Status"))


def test_a_handler_whom_the_tab_does_not_name_stands_in_check(shop):
    assert 'says "Nobody", whom the tab Staff does not name' in shop.cell("#SP-3", "check")
    staff(shop, [*STAFF, ["Nobody", "Handler", "no@karoo.example"]])
    shop.look(shop.at("08:20"))
    assert shop.cell("#SP-3", "check") == "OK"


def test_the_matrix_names_whom_its_roles_mean_now(shop):
    with shop.workshop() as workshop:
        found = matrix(workshop, shop.now)
    assert found.who("floor_lead") == "Sizwe <sizwe@karoo.example>"
    assert found.who("handler") == "by handler, tab Staff"
    assert found.remarks == ()


@pytest.mark.parametrize("more", [[], ["--who", "--at", "2026-03-09T08:15"]])
def test_both_are_told_as_tables_and_as_json(shop, more):
    asked = ["escalation", "--config", str(shop.config), *more]
    table = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert table.exit_code == 0
    assert "escalation.yaml:" in table.stdout
    assert "Sizwe" in table.stdout
    answer = json.loads(CliRunner().invoke(cli, [*asked, "--format", "json"]).stdout)
    assert answer["tellings" if more else "policies"]
