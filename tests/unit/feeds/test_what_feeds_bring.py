"""What each kind of feed does to the tracker: new rows, blank cells, its own cells, and nothing else."""

from __future__ import annotations

from sheetsync.config import parse_config
from sheetsync.domain.moments import local_to_serial
from sheetsync.store.care import Wish
from tests.support.feed_desk import CONFIG, ORDERS
from tests.support.shop import local

CARRIER = "Tracking Number,Carrier Status,ETA,Last Update\n"
PAID = "Order ID,Payment Status\n"


def test_new_orders_become_rows_once_and_orders_that_are_there_are_left_alone(desk):
    desk.give(
        "web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n#SP-1,2026-03-01 08:00,Eve,TEE x9\n"
    )
    assert desk.settle() == 1
    cells = desk.cells()
    assert list(cells) == ["#SP-1", "#SP-2", "#SP-3"]
    assert (cells["#SP-3"]["customer"], cells["#SP-3"]["ordered_at"]) == (
        "Ann",
        local_to_serial(local("08:00")),
    )
    assert cells["#SP-1"]["customer"] == "Thandi"


def test_new_rows_stand_in_the_order_in_which_they_were_ordered(desk):
    desk.give(
        "web",
        f"{ORDERS}Z-9,2026-03-09 07:00,Ann,MUG x1\nA-1,2026-03-09 09:00,Bo,MUG x1\nM-5,2026-03-09 08:00,Cy,TEE x1\n",
    )
    desk.settle()
    assert list(desk.cells())[2:] == ["Z-9", "M-5", "A-1"]


def test_a_row_that_a_feed_made_follows_its_feed_but_never_over_a_persons_value(desk):
    desk.give("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    desk.settle()
    desk.type_in("#SP-3", customer="Anna Berg", status="On Hold")
    desk.give("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann Berg,MUG-01 x3\n")
    desk.settle()
    assert (desk.cell("#SP-3", "customer"), desk.cell("#SP-3", "skus")) == (
        "Anna Berg",
        "MUG-01 x3",
    )


def test_a_row_that_somebody_removed_does_not_come_back(desk):
    desk.give("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x2\n")
    desk.settle()
    desk.tracker.delete_order("#SP-3")
    desk.give("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann,MUG-01 x5\n")
    assert desk.settle() == 0
    assert list(desk.cells()) == ["#SP-1", "#SP-2"]


def test_news_about_a_number_that_nobody_typed_yet_wait_for_it(desk):
    desk.give("dhl", f"{CARRIER}9999999999,In transit,,2026-03-09 08:00\n")
    assert desk.settle() == 0
    desk.type_in("#SP-2", tracking="9999999999")
    desk.settle()
    assert desk.cell("#SP-2", "carrier_status") == "In transit"


def test_of_a_long_file_only_what_the_rows_ask_for_is_looked_into(desk):
    others = "".join(f"{n},Lost,,2026-03-09 07:00\n" for n in range(10_000))
    desk.give(
        "dhl",
        f"{CARRIER}{others}1234567890,In transit,,2026-03-09 07:00\n",
    )
    assert not desk.feeds.fed().news
    desk.settle()
    assert desk.cell("#SP-1", "carrier_status") == "In transit"
    desk.type_in("#SP-2", tracking="77")
    desk.settle()
    assert desk.cell("#SP-2", "carrier_status") == "Lost"
    assert desk.give("dhl", f"{CARRIER}77,Found,,2026-03-09 07:30\n").counts.changed == 1
    desk.settle()
    assert desk.cell("#SP-2", "carrier_status") == "Found"


def test_what_is_said_of_a_column_that_the_tracker_lacks_waits_for_it_and_is_told(desk):
    place = desk.tracker.cells[0].index("ETA")
    desk.tracker.cells[0][place] = "Something else"
    desk.give("dhl", f"{CARRIER}1234567890,In transit,2026-03-12,2026-03-09 08:00\n")
    plans = desk.settle_with_plans()
    (told,) = next(plan.remarks for plan in plans if plan.remarks)
    assert told.startswith("The feed dhl speaks of ETA, for which the tracker has no column. Add")
    assert desk.cell("#SP-1", "carrier_status") == "In transit"
    desk.type_in("#SP-1", carrier_status=None)
    desk.tracker.cells[0][place] = "ETA"
    desk.settle()
    assert (desk.cell("#SP-1", "carrier_status"), desk.cell("#SP-1", "eta")) == (None, 46093.0)
    assert not any(plan.remarks for plan in desk.settle_with_plans())


def test_a_number_in_two_rows_names_neither(desk):
    desk.type_in("#SP-2", tracking="1234567890")
    desk.give("dhl", f"{CARRIER}1234567890,In transit,,2026-03-09 08:00\n")
    assert desk.settle() == 0


def test_older_news_that_come_later_change_nothing(desk):
    desk.give("dhl", f"{CARRIER}1234567890,Out for delivery,,2026-03-09 08:00\n")
    late = desk.give("dhl", f"{CARRIER}1234567890,Picked up,,2026-03-09 07:00\n")
    desk.settle()
    assert (late.counts.changed, late.counts.older) == (0, 1)
    assert desk.cell("#SP-1", "carrier_status") == "Out for delivery"


def test_of_several_events_in_one_file_the_last_by_its_own_time_counts(desk):
    taken = desk.give("dhl", f"{CARRIER}1234567890,Out for delivery,,2026-03-09 08:00\n"
                      "1234567890,Picked up,,2026-03-09 07:00\n1234567890,Left depot,,2026-03-09 07:30\n")  # fmt: skip
    desk.settle()
    assert (taken.reading.refused, taken.reading.outdated) == (0, 2)
    assert desk.cell("#SP-1", "carrier_status") == "Out for delivery"


def test_two_lines_that_say_two_things_without_a_time_are_both_refused(desk):
    taken = desk.give(
        "pay", f"{PAID}#SP-1,Paid\n#SP-1,Failed\n#SP-1,Paid\n#SP-2,Paid\n#SP-2,Paid\n"
    )
    assert [refusal.line for refusal in taken.reading.refusals] == [2, 3, 4]
    desk.settle()
    assert desk.cell("#SP-1", "payment_status") is None


def test_a_persons_value_stands_and_reconcile_shows_it(desk):
    desk.give("pay", f"{PAID}#SP-1,Paid\n#SP-2,Paid\n")
    desk.settle()
    assert (desk.cell("#SP-1", "payment_status"), desk.cell("#SP-2", "payment_status")) == (
        "Paid",
        "Failed",
    )
    (only,) = desk.differences()
    assert (only.about, only.reason, only.tracker, only.says) == (
        "#SP-2",
        "person",
        "Failed",
        (("pay", "Paid"),),
    )


def test_a_person_who_types_what_stood_there_before_the_feed_is_not_overruled(desk):
    for word in ("Pending", "Paid"):
        desk.give("pay", f"{PAID}#SP-1,{word}\n")
        desk.settle()
    desk.type_in("#SP-1", payment_status="Pending")
    desk.give("pay", f"{PAID}#SP-1,Refunded\n")
    desk.settle()
    assert desk.cell("#SP-1", "payment_status") == "Pending"


def test_a_cleared_cell_stays_clear_until_the_feed_has_other_news(desk):
    desk.give("pay", f"{PAID}#SP-1,Pending\n")
    desk.settle()
    desk.type_in("#SP-1", payment_status=None)
    assert desk.settle() == 0
    assert [d.reason for d in desk.differences()] == ["cleared"]
    desk.give("pay", f"{PAID}#SP-1,Paid\n")
    desk.settle()
    assert desk.cell("#SP-1", "payment_status") == "Paid"


def test_an_answer_of_another_vendor_is_not_taken(desk):
    head = "Order ID,Vendor,Vendor Confirmed,Promised Date\n"
    desk.give("acme", f"{head}#SP-1,Other Ltd,Yes,2026-03-12\n")
    assert desk.settle() == 0
    assert [d.reason for d in desk.differences()] == ["vendor"]
    desk.give("acme", f"{head}#SP-1,ACME,Partial,2026-03-12\n")
    desk.settle()
    assert (desk.cell("#SP-1", "vendor_confirmed"), desk.cell("#SP-1", "promised_at")) == (
        "Partial",
        46093.0,
    )


def test_a_formula_in_the_way_is_left_alone_and_asked_for_no_more(desk):
    desk.tracker.formulas.add((2, 15))
    desk.give("pay", f"{PAID}#SP-1,Refunded\n")
    assert desk.settle() == 0
    assert not desk.feeds.fed().news


def test_a_row_says_only_what_it_holds_and_a_blank_is_no_news(desk):
    desk.give("dhl", f"{CARRIER}1234567890,In transit,2026-03-12,2026-03-09 06:00\n")
    desk.give("dhl", f"{CARRIER}1234567890,Delayed,,2026-03-09 07:00\n")
    desk.settle()
    assert (desk.cell("#SP-1", "carrier_status"), desk.cell("#SP-1", "eta")) == ("Delayed", 46093.0)


def test_of_two_feeds_the_later_news_count_and_the_difference_is_listed(desk):
    desk.give("dhl", f"{CARRIER}1234567890,In transit,,2026-03-09 06:00\n")
    desk.settle()
    desk.give("ups", f"{CARRIER}1234567890,Lost,,2026-03-09 05:00\n")
    desk.settle()
    assert desk.cell("#SP-1", "carrier_status") == "Lost"
    found = {d.what: d.reason for d in desk.differences()}
    assert found == {"Carrier Status": "sources", "Last Update": "sources"}


def test_stock_against_what_is_set_aside_and_a_courier_against_the_row_are_listed(desk):
    desk.type_in("#SP-1", skus="MUG-01 x3; TEE x1", allocated=True, status="In Transit")
    desk.give("wms", "SKU,On Hand\nmug-01,2\n")
    desk.give("dhl", f"{CARRIER}1234567890,Delivered,,2026-03-09 06:00\n")
    desk.settle()
    found = [(d.about, d.reason) for d in desk.differences()]
    assert found == [("#SP-1", "carrier"), ("MUG-01", "stock"), ("TEE", "article")]


def test_text_that_looks_like_a_formula_goes_in_as_text_and_comes_out_inert(desk):
    desk.give(
        "web",
        f'{ORDERS}#SP-3,2026-03-09 08:00,"=HYPERLINK(""http://x"")",MUG x1\n#SP-4,never,=1+1,MUG x1\n',
    )
    desk.settle()
    assert desk.cell("#SP-3", "customer") == '=HYPERLINK("http://x")'
    assert not desk.tracker.formulas


def test_who_was_forgotten_stays_forgotten_when_the_same_file_overlaps(desk):
    desk.give("web", f"{ORDERS}#SP-3,2026-03-09 08:00,Ann Berg,MUG-01 x2\n")
    desk.settle()
    care = desk.store.care(desk.id)
    assert care.orders_with("ann berg", frozenset({"customer"})) == ["#SP-3"]
    wish = Wish(
        act="forget", who="me", orders=["#SP-3"], columns=frozenset({"customer"}), fresh=b"s" * 32
    )
    care.cut(wish, now=desk.now)
    assert "Ann" not in repr(desk.feeds.everything()) + repr(desk.feeds.fed())
    again = desk.give(
        "web",
        f"{ORDERS}#SP-3,2026-03-09 08:00,Ann Berg,MUG-01 x2\n#SP-5,2026-03-09 08:00,Bo,TEE x1\n",
    )
    assert again.counts.changed == 1
    assert "Ann" not in repr(desk.feeds.everything())


def test_the_same_picture_of_stock_may_come_back_and_nothing_else_may(desk):
    pictures = ["SKU,On Hand\nMUG-01,5\n", "SKU,On Hand\nMUG-01,4\n"]
    told = [desk.give("wms", pictures[n]).verdict for n in (0, 0, 1, 0)]
    assert told == ["taken", "known", "taken", "taken"]
    (level,) = desk.feeds.everything("stock")
    assert level.cells["on_hand"] == "5"
    assert [desk.give("pay", f"{PAID}#SP-1,{w}\n").verdict for w in ("Paid", "Failed", "Paid")][
        -1
    ] == "known"
    assert desk.settle() == 1


def test_ticks_numbers_and_dates_come_in_the_ways_that_the_settings_declare(desk, tmp_path):
    desk.settings = parse_config(
        CONFIG.replace(
            "web: {kind: orders}",
            "web: {kind: orders, columns: {Nr: order_id, Datum: ordered_at, Reserviert: allocated}, "
            "date_formats: ['%d.%m.%Y %H:%M'], tick_words: {yes: [J], no: [N]}, timezone: Europe/Berlin, "
            "encoding: cp1252, delimiter: ';'}",
        ),
        tmp_path / "config.yaml",
    )
    desk.give(
        "web",
        "Nr;Datum;Customer Name / ID;Reserviert\nA-1;09.03.2026 08:00;Jürgen;J\nA-2;;Ö;N\n".encode(
            "cp1252"
        ),
    )
    desk.settle()
    assert desk.cell("A-1", "customer") == "Jürgen"
    assert desk.cell("A-1", "ordered_at") == local_to_serial(local("09:00"))
    assert (desk.cell("A-1", "allocated"), desk.cell("A-2", "allocated")) == ("✓", None)
