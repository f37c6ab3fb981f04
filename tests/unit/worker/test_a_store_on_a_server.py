"""A shop whose store is a PostgreSQL database: the same passes, its password never shown, its troubles told."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.config import load_config
from sheetsync.errors import ConfigError, StoreError
from sheetsync.worker.doctor.diagnosis import Patient
from sheetsync.worker.doctor.memory import store_checks
from tests.support.postgres import PASSWORD, PostgresServer
from tests.support.shop import Shop

RIGHT = {"STORE_PASSWORD": PASSWORD}
WRONG = {"STORE_PASSWORD": "wrong-one"}


@pytest.fixture
def shop(tmp_path: Path, postgres_server: PostgresServer) -> Shop:
    name = f"shop_{os.urandom(4).hex()}"
    postgres_server.run(f"CREATE DATABASE {name} OWNER shop")
    url = f"postgresql://shop@127.0.0.1:{postgres_server.port}/{name}"
    shop = Shop(tmp_path / "shop", more=f"store: {{url: '{url}', password: env:STORE_PASSWORD}}\n")
    shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"})
    return shop


def told_by_the_doctor(shop: Shop, environment: dict[str, str]) -> list[tuple[str, str]]:
    patient = Patient(config=load_config(shop.config), now=shop.now, environment=environment)
    return [(found.level, found.sentence) for found in store_checks(patient)]


def test_passes_go_as_with_a_file(shop: Shop):
    assert told_by_the_doctor(shop, RIGHT)[0] == (
        "note", "There is no store yet; the first pass makes it.",
    )  # fmt: skip
    assert shop.look(shop.at("08:10"), environment=RIGHT).outcome == "done"
    shop.type_in("#SP-1", picked="✓")
    assert shop.look(shop.at("08:12"), environment=RIGHT).cells
    assert shop.cell("#SP-1", "status") == "Packing"
    shop.look(shop.at("12:13"), environment=RIGHT)
    assert len(shop.mails()) == 2
    assert shop.look(shop.at("12:15"), environment=RIGHT).outcome == "unchanged"
    sound, *_ = told_by_the_doctor(shop, RIGHT)
    assert sound[0] == "ok"
    assert not (shop.folder / "state.db").exists()


def test_the_doctor_says_who_has_the_tracker(shop: Shop):
    shop.look(shop.at("08:10"), environment=RIGHT)
    with shop.workshop(environment=RIGHT) as workshop:
        workshop.store.take_lease(
            workshop.state.id, owner="alpha/1", length=timedelta(minutes=5), clock=lambda: shop.now
        )
    told = told_by_the_doctor(shop, RIGHT)
    assert (
        "ok",
        "A worker on alpha has the tracker, at the latest until 2026-03-09 08:15.",
    ) in told


def test_folders_with_a_database_in_common_keep_their_trackers_apart(shop: Shop, tmp_path: Path):
    other = Shop(tmp_path / "other")
    other.config.write_text(shop.config.read_text())
    other.add({"order_id": "#SP-1"}, {"order_id": "#SP-7"})
    shop.look(shop.at("08:10"), environment=RIGHT)
    result = other.look(shop.at("08:12"), environment=RIGHT)
    assert (result.outcome, result.plan.baseline) == ("done", True)
    assert shop.look(shop.at("08:14"), environment=RIGHT).outcome == "unchanged"


def test_a_wrong_password_is_told_and_not_shown(shop: Shop):
    with pytest.raises(StoreError, match="the password is wrong or missing") as told:
        shop.look(environment=WRONG)
    assert "wrong-one" not in str(told.value)
    ((level, sentence),) = told_by_the_doctor(shop, WRONG)
    assert (level, "does not let the account shop in" in sentence) == ("bad", True)


def test_a_password_that_is_nowhere_is_told_by_its_place(shop: Shop):
    with pytest.raises(ConfigError, match="expected in the environment variable STORE_PASSWORD"):
        shop.look()
    ((level, sentence),) = told_by_the_doctor(shop, {})
    assert (level, "STORE_PASSWORD" in sentence) == ("bad", True)


def test_a_server_that_is_away_for_a_while_is_only_a_failed_pass(
    shop: Shop, postgres_server: PostgresServer
):
    with shop.workshop(environment=RIGHT) as workshop:
        assert workshop.run_pass(shop.now).outcome == "done"
        end_all = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'shop'"
        )
        postgres_server.run(end_all)
        shop.now += timedelta(minutes=2)
        assert workshop.run_pass(shop.now).outcome == "unchanged"
