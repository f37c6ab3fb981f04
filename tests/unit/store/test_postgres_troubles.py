"""What can be wrong with a database on a server, each told in a sentence that says what to do; never a password."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from urllib.parse import quote

import pytest

from sheetsync.errors import StoreError
from sheetsync.store import Store
from sheetsync.store.engine import writing
from tests.support.plans import NOW, plan
from tests.support.postbox import free_port
from tests.support.postgres import PASSWORD, raw

SECRETS = (PASSWORD, quote(PASSWORD), "wrong-one")


@pytest.fixture
def by_network(postgres_server):
    """The address of a database as the account `shop` sees it, which needs a password."""
    return lambda name: f"postgresql://shop@127.0.0.1:{postgres_server.port}/{name}"


def trouble(url, password=""):
    with pytest.raises(StoreError) as told:
        Store.open(url, now=NOW, password=password)
    words = str(told.value)
    assert "\n" not in words
    assert not [secret for secret in SECRETS if secret in words]
    return words


@pytest.fixture
def store(postgres_url):
    with Store.open(postgres_url, now=NOW) as opened:
        yield opened


def refused(store, *statements, idle=0.0):
    """Run statements in one transaction, `idle` seconds before the last; what is said of their failure."""

    def work(connection):
        for statement in statements[:-1]:
            connection.exec_driver_sql(statement)
        time.sleep(idle)
        connection.exec_driver_sql(statements[-1])

    with pytest.raises(StoreError) as told:
        store._write(work)
    return str(told.value)


def test_an_account_with_its_password_makes_its_store(postgres_server, by_network):
    postgres_server.run("CREATE DATABASE of_shop OWNER shop")
    with Store.open(by_network("of_shop"), now=NOW, password=PASSWORD) as store:
        tracker_id = store.tracker("t", "r", uuid="u", now=NOW).id
        store.commit_pass(tracker_id, plan())
        assert PASSWORD not in repr(store._engine)


def test_two_workers_that_start_at_once_make_the_tables_once(postgres_server):
    postgres_server.run("CREATE DATABASE fresh")
    opened = []

    def start():
        opened.append(Store.open(postgres_server.url("fresh"), now=NOW))

    workers = [threading.Thread(target=start) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(opened) == 3
    for store in opened:
        store.close()


def test_a_wrong_password_names_the_place_for_the_right_one(by_network):
    words = trouble(by_network("empty"), "wrong-one")
    assert "does not let the account shop in" in words
    assert "store: password, as env:NAME or file:path" in words
    assert "does not let the account shop in" in trouble(by_network("empty"))


def test_a_database_that_is_not_there(by_network):
    words = trouble(by_network("nowhere"), PASSWORD)
    assert "has no database nowhere. Make it, or correct the name" in words


def test_an_account_that_is_not_there(postgres_server):
    words = trouble(
        f"postgresql://nobody@/empty?host={postgres_server.home}&port={postgres_server.port}"
    )
    assert "does not know the account nobody" in words


def test_a_server_that_is_down():
    words = trouble(f"postgresql://shop@127.0.0.1:{free_port()}/shop")
    assert words.startswith("The store shop on the PostgreSQL server 127.0.0.1 cannot be reached")
    assert "Is the server running, and is store: url right?" in words


def test_a_server_that_nobody_knows():
    assert "cannot be reached" in trouble("postgresql://shop@db.invalid/shop")


def test_an_account_that_may_not_make_tables(postgres_server, by_network):
    postgres_server.run("CREATE DATABASE of_others")
    words = trouble(by_network("of_others"), PASSWORD)
    assert "does not allow the account shop to do this" in words
    assert "Let it own the database" in words


def test_a_server_that_can_only_be_read(store):
    words = refused(store, "SET TRANSACTION READ ONLY", "DELETE FROM setting")
    assert "can only be read" in words
    assert "Name the server that takes changes under store: url." in words


def test_a_database_that_cannot_hold_every_letter(postgres_server):
    postgres_server.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    assert "encoding LATIN1, which cannot hold every name" in trouble(postgres_server.url("latin"))


def test_another_kind_of_database():
    assert 'of the kind "mysql"' in trouble("mysql://shop@db/shop")


def test_a_server_that_ends_the_connection_is_told_and_the_next_pass_works(store):
    words = refused(store, "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")
    assert "broke off" in words
    assert store.trackers() == []


def test_a_worker_stopped_amid_a_transaction_does_not_hold_the_tracker_for_ever(store):
    assert raw(store, "SHOW idle_in_transaction_session_timeout") == [("1min",)]
    words = refused(
        store, "SET LOCAL idle_in_transaction_session_timeout = '20ms'", "SELECT 1", idle=0.1
    )
    assert "broke off" in words


def test_who_waits_too_long_for_another_program_is_told(store, postgres_url):
    with writing(store._engine, None) as connection:
        connection.exec_driver_sql("LOCK TABLE tracker")
        with Store.open(postgres_url, now=NOW) as other:
            words = refused(other, "SET LOCAL lock_timeout = '20ms'", "SELECT fence FROM tracker")
    assert "in use by another program" in words


def test_without_the_driver_it_says_what_to_install():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from sheetsync.store.engine import open_engine\n"
        "open_engine('postgresql://shop@db/shop')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert 'Install it: pip install "sheetsync[postgres]".' in ended.stderr
