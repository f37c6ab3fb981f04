"""A store on a PostgreSQL server: the way there, what is asked of it, and its troubles in words.

Texts are ordered by code point, as SQLite orders them, whatever the language of the database: the same
store gives the same plan, byte for byte, on both.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from sheetsync.errors import StoreError
from sheetsync.store.problems import DiskFull

OLDEST: Final = 13
_ASKED: Final = {
    "application_name": "sheetsync",
    "connect_timeout": "10",
    # A server whose machine is gone does not say so; without these a pass would wait for hours.
    "keepalives_idle": "30",
    "tcp_user_timeout": "30000",
}
"""What is asked of every connection where the address does not say otherwise."""
_SETTINGS: Final = (
    "SET lock_timeout = '10s'",
    # A worker that was stopped amid a transaction must not hold the tracker for ever.
    "SET idle_in_transaction_session_timeout = '60s'",
    "SET synchronous_commit = 'on'",
    "SET client_encoding = 'UTF8'",
)
_UPGRADING: Final = 7_433_752_001
"""The number of the advisory lock under which the tables are made or changed."""


def make_engine(url: URL, password: str) -> Engine:
    """An engine that has not connected yet; raises StoreError without the driver, or for another database."""
    if url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise StoreError(
            f'The store is set to a database of the kind "{url.drivername}". Expected an address such as '
            "sqlite:///state.db or postgresql://sheetsync@db.example.org/sheetsync."
        )
    way = url.set(drivername="postgresql+psycopg")
    if password:
        way = way.set(password=password)
    way = way.update_query_dict({k: v for k, v in _ASKED.items() if k not in url.query})
    try:
        engine = create_engine(way, pool_pre_ping=True)
    except (ImportError, NoSuchModuleError) as error:
        raise StoreError(
            "The store is on a PostgreSQL server, and the program that talks to one is not installed. "
            'Install it: pip install "sheetsync[postgres]".'
        ) from error
    event.listen(engine, "connect", _set_up_connection)
    return engine


def _set_up_connection(connection: DBAPIConnection, record: object) -> None:
    del record
    _spell_what_it_cannot_hold(connection)
    cursor = connection.cursor()
    for setting in _SETTINGS:
        cursor.execute(setting)
    cursor.close()
    connection.commit()


def _spell_what_it_cannot_hold(connection: Any) -> None:
    """The one character that no text of PostgreSQL holds (NUL) becomes a visible mark."""
    from psycopg.types.string import StrDumperUnknown  # noqa: PLC0415 - the driver is an extra

    class Dumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", "\ufffd"))

    connection.adapters.register_dumper(str, Dumper)


def check(connection: Connection) -> None:
    """Refuse a server that is too old, and a database that cannot hold every letter. Raises StoreError."""
    version = int(str(connection.execute(text("SHOW server_version_num")).scalar())) // 10_000
    if version < OLDEST:
        raise StoreError(
            f"{_where(connection.engine.url)} runs PostgreSQL {version}. Expected {OLDEST} or newer."
        )
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"{_where(connection.engine.url)} is kept in the encoding {encoding}, which cannot hold every name. "
            "Make a database for it: CREATE DATABASE sheetsync ENCODING 'UTF8' TEMPLATE template0."
        )


def wait_for_other_upgrades(connection: Connection) -> None:
    """Hold the right to change the tables until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})


def order_by_code_point(connection: Connection) -> None:
    """Give every text column of the store the collation C, if it has another one."""
    columns = connection.execute(
        text(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' "
            "AND c.data_type = 'text' AND c.collation_name IS DISTINCT FROM 'C' ORDER BY 1, 2"
        )
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    for table, column in columns:
        connection.execute(
            text(f'ALTER TABLE {quote(table)} ALTER COLUMN {quote(column)} TYPE text COLLATE "C"')
        )


def in_words(error: DBAPIError, url: URL) -> StoreError:
    """The server's or the driver's own error as a sentence for a person."""
    words = _first_line(str(error.orig))
    where = _where(url)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state:
        return _told_by_state(state, words, where, url)
    for signs, sentence in _told_by_words(url):
        if any(sign in words for sign in signs):
            return StoreError(f"{where} {sentence} ({words}).")
    return StoreError(
        f"{where} cannot be reached, or broke off ({words}). Is the server running, and is store: url right? "
        "What was not kept is done again by the next pass."
    )


def _told_by_words(url: URL) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Signs in the words of a login that failed, which bears no code, and what to say then."""
    user = url.username or "of this process"
    mend = "Make it, or correct the name in store: url"
    password = (
        f"does not let the account {user} in: the password is wrong or missing. "
        "Name it under store: password, as env:NAME or file:path"
    )
    from_here = (
        f"does not allow the account {user} from this machine. "
        "Ask who looks after it for a line in its pg_hba.conf"
    )
    encryption = (
        "and this machine do not agree on encryption. "
        "See sslmode and sslrootcert in the address under store: url"
    )
    return (
        (("authentication failed", "no password supplied"), password),
        (('role "',), f"does not know the account {user}. {mend}"),
        (('database "',), f"has no database {url.database}. {mend}"),
        (("no pg_hba.conf entry",), from_here),
        (("starting up", "shutting down", "in recovery", "too many"), "is busy. Try again later"),
        (("SSL", "certificate"), encryption),
    )


def _told_by_state(state: str, words: str, where: str, url: URL) -> StoreError:
    again = "Nothing of this pass was kept; the next one does the work again."
    if state == "53100":
        return DiskFull(f"{where} has no room left on its disk ({words}). Free some space. {again}")
    if state in {"40001", "40P01", "55P03"}:
        return StoreError(
            f"{where} is in use by another program ({words}). Wait, and try again. {again}"
        )
    if state == "42501":
        return StoreError(
            f"{where} does not allow the account {url.username or 'of this process'} to do this ({words}). "
            "Let it own the database, or at least its schema."
        )
    if state == "25006" or "recovery" in words:
        return StoreError(
            f"{where} can only be read ({words}). Name the server that takes changes under store: url."
        )
    if state in {"25P03", "57P05"} or state.startswith(("08", "57P")):
        return StoreError(f"{where} broke off ({words}). {again}")
    return StoreError(f"{where} refused the work ({words}). Nothing of this pass was kept.")


def _where(url: URL) -> str:
    """The store in words, without a password: `The store sheetsync on db.example.org`."""
    host = url.host or url.query.get("host") or "this machine"
    host = host if isinstance(host, str) else ", ".join(host)
    return f"The store {url.database or url.username or ''} on the PostgreSQL server {host}"


def _first_line(words: str) -> str:
    lines = [line.strip() for line in words.strip().splitlines()]
    return lines[0].rstrip(".") if lines else "no reason given"
