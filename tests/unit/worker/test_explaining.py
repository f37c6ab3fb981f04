"""`explain` tells why an order looks as it does, now, then, and without the workbook."""

from __future__ import annotations

import json
import re

import pytest

from sheetsync.cli.main import run
from sheetsync.errors import UsageError
from sheetsync.worker.explain import explain_order
from tests.support.shop_desk import ShopDesk, local


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """#SP-1 is allocated, picked, held for an hour and then late in Packing; #SP-2 was ticked before."""
    desk = ShopDesk(tmp_path_factory.mktemp("shop"))
    desk.order("#SP-1")
    desk.order("#SP-2", **{"Inventory Allocated": True})
    desk.order("#SP-3")
    desk.order("#SP-3")
    desk.save()
    desk.run_at("2026-03-02 09:00")
    for moment, cell, value in (
        ("09:01", "Inventory Allocated", True),
        ("09:03", "Picking Completed", True),
        ("10:00", "Status", "On Hold"),
        ("11:00", "Status", None),
    ):
        desk.edit({("#SP-1", cell): value})
        desk.run_at(f"2026-03-02 {moment}")
    desk.run_at("2026-03-02 15:00")
    yield desk
    desk.close()


@pytest.fixture
def desk(watched):
    """The shop; explaining writes nothing, so only the workbook is put back afterwards."""
    rows, content = list(watched.rows), watched.workbook.read_bytes()
    yield watched
    watched.rows = rows
    watched.workbook.write_bytes(content)


def told(desk, order, at):
    """The sentences about an order, all in one text."""
    with desk.open() as shop:
        answer, _ = explain_order(shop, order, local(at))
    return answer.headline + "\n" + "\n".join(line for s in answer.sections for line in s.lines)


def data(desk, order, at):
    with desk.open() as shop:
        return explain_order(shop, order, local(at))[0].data


def test_a_late_order_tells_rule_start_hours_and_what_was_left_out(desk):
    text = told(desk, "#SP-1", "2026-03-02 15:10")
    assert text.startswith("Breached: Packing since 09:03, limit 4 h, was due 14:03")
    assert (
        "Picked: Mon 2 Mar 09:03, first seen between Mon 2 Mar 09:01 and Mon 2 Mar 09:03." in text
    )
    assert "On Hold from Mon 2 Mar 10:00 to Mon 2 Mar 11:00: 1 h left out." in text
    assert "Counted so far: 5 h 7 min of open time, of a limit of 4 h." in text
    assert "sla.yaml:44" in text
    assert "Calendar warehouse is open Mon-Fri 08:00-17:00; Sat 09:00-13:00." in text


def test_it_tells_who_was_told_by_which_line_and_which_mail(desk):
    text = told(desk, "#SP-1", "2026-03-02 15:10")
    assert "level 2 of fulfilment, about packing: told" in text
    assert "Rule at escalation.yaml:23." in text
    assert 'to Lerato <lerato@example.org>, "Level 2: 1 order over its limit": sent' in text


def test_it_tells_what_people_and_what_the_worker_changed(desk):
    text = told(desk, "#SP-1", "2026-03-02 15:10")
    person = 'a person changed Picking Completed from "No" to "Yes", after Mon 2 Mar 09:01.'
    worker = (
        "the worker changed Picked At from nothing to Mon 2 Mar 09:03 "
        "(the moment at which it was first seen)."
    )
    assert 0 < text.index(person) < text.index(worker)
    assert "own_sla" not in text
    assert "the worker changed SLA from" in text


def test_holidays_and_closed_days_are_named(desk):
    text = told(desk, "#SP-2", "2026-03-09 12:00")
    assert "ticked before watching began: not measured" in text
    assert "Allocation was ticked before watching began" in text
    assert "Sun 8 Mar: nothing counted, closed on this weekday." in told(
        desk, "#SP-1", "2026-03-09 12:00"
    )


def test_as_of_an_earlier_moment_what_came_later_has_not_happened(desk):
    text = told(desk, "#SP-1", "2026-03-02 10:30")
    assert text.startswith("Paused: On Hold since Mon 2 Mar 10:00")
    assert "A person typed it, first seen so Mon 2 Mar 10:00." in text
    assert "Counted so far: 57 min" in text
    assert "level 2" not in text
    earlier = told(desk, "#SP-1", "2026-03-02 09:02")
    assert earlier.startswith("OK: Picking since 09:01")
    assert "Picked: not yet." in earlier
    assert "a person changed Picking Completed" not in earlier


def test_before_watching_began_nothing_is_known(desk):
    with pytest.raises(UsageError, match="Watching began 2026-03-02 09:00"):
        told(desk, "#SP-1", "2026-03-02 08:00")


def test_in_the_future_it_tells_what_would_fall_due(desk):
    assert "Counted so far: 6 h 57 min" in told(desk, "#SP-1", "2026-03-02 18:00")


@pytest.mark.parametrize("moment", ["2026-03-02 15:10", "2026-03-02 10:30"])
def test_without_the_workbook_the_store_gives_the_same_clock(desk, moment):
    with_workbook = data(desk, "#SP-1", moment)
    desk.workbook.unlink()
    without = data(desk, "#SP-1", moment)
    assert without["from_store"]
    assert without["clocks"]["stage"] == with_workbook["clocks"]["stage"]
    assert "The workbook cannot be read now" in told(desk, "#SP-1", moment)


def test_an_order_gone_from_the_sheet_is_answered_from_the_store(desk):
    desk.rows = desk.rows[1:]
    desk.save()
    text = told(desk, "#SP-1", "2026-03-02 15:10")
    assert "no longer in the sheet" in text
    assert "Packing since 09:03" in text


def test_a_doubled_order_id_names_both_rows(desk):
    text = told(desk, "#SP-3", "2026-03-02 15:10")
    assert text.startswith("This Order ID stands on rows 4, 5.")
    assert "doubled_order_id" in text


def test_case_and_the_hash_do_not_matter_and_an_unknown_order_gets_a_hint(desk):
    assert told(desk, "sp-1", "2026-03-02 15:10").startswith("Breached")
    with pytest.raises(UsageError, match="Did you mean #SP-"):
        told(desk, "#SP-11", "2026-03-02 15:10")
    with pytest.raises(UsageError, match="See the Order ID column"):
        told(desk, "zzzzzz", "2026-03-02 15:10")


def test_a_new_tick_shows_what_the_next_pass_would_do(desk):
    desk.edit({("#SP-1", "Packing Completed"): True})
    text = told(desk, "#SP-1", "2026-03-02 15:05")
    assert "first seen between Mon 2 Mar 15:00 and Mon 2 Mar 15:05" in text
    assert "It would write Packed At." in text
    assert "The next pass writes Ready" in text


def test_each_line_of_the_status_table_has_its_words(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#SP-1", **{"Inventory Allocated": True, "Picking Completed": True})
    desk.save()
    desk.run_at("2026-03-02 09:00")
    for minute, (typed, says) in enumerate(
        {
            "Pending": "A person wins on the cell",
            "Shiped": "No rule knows this word",
            "In Progress": "In Progress stands for",
            "Ready": "It is ahead of the ticks",
            "Backordered": "the clock of Picking and Packing stands still",
            "Cancelled": "Cancelled closes the order",
        }.items(),
        start=1,
    ):
        desk.edit({("#SP-1", "Status"): typed})
        assert says.casefold() in told(desk, "#SP-1", f"2026-03-02 09:{minute:02}").casefold()
    desk.close()


def test_findings_name_the_rule_and_where_it_stands(desk):
    desk.edit({("#SP-2", "Packing Completed"): True, ("#SP-2", "Order Priority"): "Urgentt"})
    text = told(desk, "#SP-2", "2026-03-02 15:05")
    assert "(packed_not_picked, columns.yaml:" in text
    assert "(unknown_choice, columns.yaml:" in text


def test_the_command_line_prints_it_as_text_and_as_json(desk, capsys):
    arguments = ["explain", "#SP-1", "--config", str(desk.config), "--at", "2026-03-02T15:10"]
    assert run(arguments) == 0
    assert "Counted so far" in capsys.readouterr().out
    assert run([*arguments, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["clocks"]["stage"]["state"] == "Breached"
    assert answer["clocks"]["stage"]["source"] == "sla.yaml:44"
    assert run(["explain", "#nobody", "--config", str(desk.config)]) == 2
    assert "knows an order #nobody" in capsys.readouterr().err


def asked(desk, capsys, *what):
    """What the verb says, run as a person would."""
    assert run(["explain", *what, "--config", str(desk.config)]) == 0
    return capsys.readouterr().out


def test_a_mail_tells_why_it_was_sent_about_what_and_what_became_of_it(desk, capsys):
    with desk.open() as shop:
        number = shop.store.history(1, "#SP-1").messages[-1]["id"]
    text = " ".join(asked(desk, capsys, "mail", str(number)).split())
    assert f"Mail {number}" in text
    assert "#SP-1: level 2 of fulfilment, about packing: told. Rule at escalation.yaml:23." in text
    assert "limit 4 h, due Mon 2 Mar 14:03" in text
    assert "What became of it Mon 2 Mar 15:00 sent." in text
    (message_id,) = re.findall(r"Message-ID (<\S+>)", text)
    assert f"Mail {number}" in asked(desk, capsys, message_id)
    told = json.loads(asked(desk, capsys, f"mail:{number}", "--format", "json"))
    assert told["orders"] == ["#SP-1"]
    assert told["events"][0]["kind"] == "sent"


def test_a_pass_tells_what_it_saw_wrote_and_sent_under_the_rules_of_then(desk, capsys):
    with desk.open() as shop:
        number = shop.store.history(1, "#SP-1").messages[-1]["pass_id"]
        allocated = shop.store.history(1, "#SP-1").events[0]["pass_id"]
    text = " ".join(asked(desk, capsys, "pass", str(allocated)).split())
    assert (
        "People had changed #SP-1: Inventory Allocated from "
        '"No" to "Yes" between Mon 2 Mar 09:00 and Mon 2 Mar 09:01.'
    ) in text
    assert "Allocated seen done: #SP-1." in text
    assert f"sheetsync undo {allocated}" in text
    rules = desk.folder / "rules" / "escalation.yaml"
    before = rules.read_text()
    rules.write_text("# one line more\n" + before)
    last = json.loads(asked(desk, capsys, f"pass {number}", "--format", "json"))
    rules.write_text(before)
    told = " ".join(line for s in last["sections"] for line in s["lines"])
    assert "Rule at escalation.yaml:23." in told
    assert last["messages"]


def test_what_nobody_knows_is_answered_with_where_to_look(desk, capsys):
    for what, code, words in (
        (["mail", "4711"], 2, "sheetsync history ORDER"),
        (["<x@y>"], 2, "in the mail itself"),
        (["pass", "4711"], 1, "no pass number 4711"),
    ):
        assert run(["explain", *what, "--config", str(desk.config)]) == code
        assert words in capsys.readouterr().err
