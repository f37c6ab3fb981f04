"""`history` and `export audit` tell what happened to an order, from the store alone."""

from __future__ import annotations

import json

import pytest

from sheetsync.cli.main import run
from tests.support.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """An order that a person moved on twice while the worker looked on."""
    shop = Shop(tmp_path_factory.mktemp("history"))
    shop.add({"order_id": "#SP-1"}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:00"))
    shop.type_in("#SP-1", allocated="✓", notes="=1+1 is no formula")
    shop.look(shop.at("08:05"))
    shop.type_in("#SP-1", status="On Hold")
    shop.look(shop.at("08:07"))
    return shop


def told(shop, capsys, *arguments):
    assert run([*arguments, "--config", str(shop.config)]) == 0
    return capsys.readouterr().out


def test_the_timeline_names_who_when_and_by_which_pass(shop, capsys):
    text = told(shop, capsys, "history", "sp-1")
    assert "08:00–08:05" in text
    assert "person     Inventory Allocated: No → Yes" in text
    assert "Allocated, first seen between 08:00 and 08:05" in text
    assert "Status: Picking → On Hold" in text
    assert "pass 3" in text


def test_the_same_as_data_and_from_a_moment_on(shop, capsys):
    entries = json.loads(told(shop, capsys, "history", "#SP-1", "--format", "json"))["entries"]
    people = [e for e in entries if e["kind"] == "cell" and e["by"] == "person"]
    assert [(e["what"], e["old"], e["new"]) for e in people] == [
        ("allocated", "No", "Yes"),
        ("notes", "", "=1+1 is no formula"),
        ("status", "Picking", "On Hold"),
    ]
    assert (people[0]["since"], people[0]["at"]) == ("2026-03-09T06:00:00Z", "2026-03-09T06:05:00Z")
    later = told(
        shop, capsys, "history", "#SP-1", "--format", "json", "--since", "2026-03-09T08:06"
    )
    assert {e["at"] for e in json.loads(later)["entries"]} == {"2026-03-09T06:07:00Z"}
    assert "nothing was logged" in told(shop, capsys, "history", "#SP-1", "--since", "2027-01-01")


def test_an_unknown_order_is_answered_with_a_near_one(shop, capsys):
    assert run(["history", "#SP-11", "--config", str(shop.config)]) == 2
    assert "Did you mean" in capsys.readouterr().err


def test_the_audit_is_written_and_checked(shop, capsys):
    file = shop.folder / "audit.csv"
    assert "Last checksum" in told(shop, capsys, "export", "audit", str(file))
    checked = told(shop, capsys, "export", "audit", "--verify", str(file))
    assert "Unbroken" in checked
    assert "The seal is of this store." in checked
    assert "'=1+1 is no formula" in file.read_text()
    before = file.read_bytes()
    told(shop, capsys, "export", "audit", str(file))
    assert file.read_bytes() == before


def test_a_broken_audit_ends_with_one_sentence(shop, capsys):
    file = shop.folder / "broken.jsonl"
    told(shop, capsys, "export", "audit", str(file))
    file.write_text(file.read_text().replace("On Hold", "Shipped"))
    assert run(["export", "audit", "--verify", str(file), "--config", str(shop.config)]) == 1
    assert "is broken at line" in capsys.readouterr().err
