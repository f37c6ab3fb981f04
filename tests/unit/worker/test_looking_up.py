"""`lookup` answers a service call from the store: what is known, how old it is, and what was said."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from tests.support.shop import HEADINGS, Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """A shop that is only asked."""
    return looked_at(tmp_path_factory.mktemp("calls"))


@pytest.fixture
def own_shop(tmp_path) -> Shop:
    """A shop of whose store a test may take something away."""
    return looked_at(tmp_path)


def looked_at(folder) -> Shop:
    """Four orders of three customers; two parcels are under way. The sheet itself is taken away."""
    shop = Shop(
        folder,
        headings=(*HEADINGS, "Carrier Status", "Last Carrier Update", "Customer Email"),
        rules={"notifications.yaml": [("mode: off   ", "mode: send   ")]},
    )
    shop.add(
        {"order_id": "#SP-20491", "customer": "Thandi Nkosi", "customer_email": "thandi@example.org"},
        {"order_id": "#SP-20492", "customer": "Jörg Groß"},
        {"order_id": "#SP-20493", "customer": "Thandi Nkosi"},
        {"order_id": "#SP-77", "customer": "Ann Ardern"},
    )  # fmt: skip
    shop.look(shop.at("08:00"))
    shop.type_in(
        "#SP-20491", allocated="✓", picked="✓", packed="✓", carrier="FastTrack", tracking="FT 239845-Z",
        promised_at=datetime(2026, 3, 11), carrier_status="At the \u202edepot",
    )  # fmt: skip
    shop.type_in("#SP-20492", status="On Hold")
    shop.look(shop.at("08:05"))
    shop.look(shop.at("08:10"))
    shop.workbook.unlink()
    return shop


def told(shop, capsys, *arguments, at="08:14", code=0):
    assert (
        run(["lookup", *arguments, "--config", str(shop.config)], clock=Clock(lambda: shop.at(at)))
        == code
    )
    caught = capsys.readouterr()
    return caught.out if code == 0 else caught.err


def data(shop, capsys, *arguments):
    return json.loads(told(shop, capsys, *arguments, "--format", "json"))


def test_a_call_is_answered_without_the_sheet_and_each_fact_bears_its_age(shop, capsys):
    text = told(shop, capsys, "sp-20491")
    lines = " ".join(text.split())
    assert "#SP-20491 Ready, in Dispatch" in lines
    assert "As the sheet stood Mon 9 Mar 08:10, 4 min ago." in lines
    assert "Status since Mon 9 Mar 08:05 9 min ago" in lines
    assert "Promised Wed 11 Mar in 2 days" in lines
    assert "Carrier FastTrack FT 239845-Z" in lines
    assert "Next step Hand over to FastTrack handled by" in lines
    assert "SLA OK: Dispatch" in lines
    assert "\u202e" not in text


def test_what_the_customer_was_told_is_said_with_state_and_way_but_not_the_whole_address(
    shop, capsys
):
    order = data(shop, capsys, "#SP-20491")["order"]
    assert {each["about"] for each in order["told"]} <= {"Order confirmed", "Processing", "Packed"}
    assert order["told"], "the customer's letters are in the outbox"
    text = told(shop, capsys, "#SP-20491")
    assert "t…@example.org" in text
    assert "thandi@example.org" not in text


@pytest.mark.parametrize(
    ("wanted", "order", "by"),
    [
        ("#SP-20491", "#SP-20491", "order"),
        ("20492", "#SP-20492", "part"),
        ("ft239845z", "#SP-20491", "tracking"),
        ("FT 239 845 Z", "#SP-20491", "tracking"),
        ("JÖRG GROSS", "#SP-20492", "customer"),
        ("thandi@EXAMPLE.org", "#SP-20491", "customer"),
        ("ardern", "#SP-77", "part"),
        ("77", "#SP-77", "part"),
    ],
)
def test_an_order_is_found_by_what_a_caller_says(shop, capsys, wanted, order, by):
    found = data(shop, capsys, wanted)
    assert (found["order"]["order_id"], found["found_by"]) == (order, by)


def test_several_orders_of_a_customer_are_listed_to_choose_from(shop, capsys):
    text = told(shop, capsys, "Thandi", "Nkosi")
    assert "may mean 2 orders" in text
    assert "#SP-20491" in text
    assert "#SP-20493" in text
    assert [hit["order_id"] for hit in data(shop, capsys, "thandi nkosi")["orders"]] == [
        "#SP-20491", "#SP-20493",
    ]  # fmt: skip
    problem = told(shop, capsys, "thandi nkosi", "--log", "asked", code=2)
    assert "Say which one, by its Order ID." in problem


def test_an_unknown_order_is_answered_with_the_nearest(shop, capsys):
    assert "Did you mean #SP-2049" in told(shop, capsys, "SP-20497", code=2)
    assert "See the tracker itself." in told(shop, capsys, "Zebedee Quux", code=2)
    assert "Say which order" in told(shop, capsys, "  ", code=2)


def test_an_old_look_is_called_old(shop, capsys):
    text = " ".join(told(shop, capsys, "#SP-77", at="13:10").split())
    assert "5 h ago. Does a worker run?" in text
    assert "due 12:05 was due 1 h ago" in text
    order = data(shop, capsys, "#SP-77")["order"]
    assert not order["is_old"]


def test_an_open_problem_is_said(shop, capsys):
    assert any("On Hold" in each for each in data(shop, capsys, "20492")["order"]["problems"])


def test_a_call_is_logged_once_and_shown_by_lookup_and_history_until_it_is_forgotten(
    own_shop, capsys
):
    words = "asks where it is, her number is 082 555 0101"
    for _ in range(2):
        text = told(own_shop, capsys, "#SP-77", "--log", words, "--who", "Lerato")
    assert "Phone from the customer, Lerato" in text
    said = data(own_shop, capsys, "#SP-77")["order"]["said"]
    assert [(each["text"], each["channel"], each["direction"]) for each in said] == [
        (words, "phone", "in")
    ]
    assert run(["history", "#SP-77", "--config", str(own_shop.config)]) == 0
    assert "Phone from the customer, logged by Lerato" in capsys.readouterr().out
    told_out = ("--log", "called back", "--channel", "email", "--direction", "out")
    assert "Email to the customer" in told(own_shop, capsys, "#SP-77", *told_out)
    assert run(["forget", "#SP-77", "--apply", "--config", str(own_shop.config)]) == 0
    capsys.readouterr()
    left = data(own_shop, capsys, "#SP-77")["order"]["said"]
    assert all(each["text"].startswith("[cut ") for each in left)
    assert len(left) == 2


def test_a_log_without_words_is_refused(shop, capsys):
    assert "needs a text" in told(shop, capsys, "20493", "--log", " ", code=2)


def test_an_archived_order_is_found_where_no_other_is(own_shop, capsys):
    with own_shop.workshop() as workshop:
        closed = {"#SP-20493": own_shop.at("08:00")}
        workshop.store.care(workshop.state.id).archive(
            closed, who="Thabo", now=own_shop.at("08:12")
        )
    assert data(own_shop, capsys, "Thandi Nkosi")["order"]["order_id"] == "#SP-20491"
    found = data(own_shop, capsys, "sp-20493")
    assert found["order"]["problems"][0] == "It was closed long ago and is in the archive."
    assert found["order"]["facts"]["customer"]["text"] == "Thandi Nkosi"
    again = data(own_shop, capsys, "20493")
    assert (again["order"]["order_id"], again["found_by"]) == ("#SP-20493", "part")


def test_what_is_done_is_done_by_whoever_says_so(own_shop, capsys):
    assert "Nothing was open to be done." in told(own_shop, capsys, "20492", "--done")
