"""What people, owners and Google do to a sheet that works, and the words of Google where it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from tests.sheets_server import faults
from tests.sheets_server.answers import Call
from tests.sheets_server.faults import Fault
from tests.support.google_keys import service_account_info, written
from tests.support.google_sheets import BOOK_ID
from tests.support.google_shop import GoogleShop
from tests.support.shop import TITLES

Damage: TypeAlias = Callable[[GoogleShop], None]
JWT = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def tab_called(title: str) -> Damage:
    return lambda shop: setattr(shop.book.sheets[0], "title", title)


def no_tab(shop: GoogleShop) -> None:
    shop.book.sheets = [sheet for sheet in shop.book.sheets if sheet.title != "Orders"]


def heading(key: str, new: str | None) -> Damage:
    return lambda shop: shop.person.put(0, shop.person.places()[TITLES[key]], new)


def merged_header(shop: GoogleShop) -> None:
    place = shop.person.places()[TITLES["picked"]]
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1,
            "startColumnIndex": place - 1, "endColumnIndex": place + 1}  # fmt: skip
    shop.person.ask("mergeCells", range=area, mergeType="MERGE_ALL")


def role(name: str) -> Damage:
    return lambda shop: setattr(shop.server.service.files[BOOK_ID], "role", name)


def file_is(what: str) -> Damage:
    return lambda shop: setattr(shop.server.service.files[BOOK_ID], what, True)


def protected(shop: GoogleShop) -> None:
    place = shop.person.places()[TITLES["sla"]]
    area = {"sheetId": 0, "startColumnIndex": place, "endColumnIndex": place + 1}
    shop.book.sheets[0].protected_ranges.append({"protectedRangeId": 77, "range": area})


def second_look_meets(fault: Fault) -> Damage:
    """Something happens between the first look and the second one, right before the write."""
    return lambda shop: shop.server.service.faults.add(
        fault, kind="read", path="values:batchGet", skip=1, times=9
    )


def write_meets(fault: Fault) -> Damage:
    """Something happens between the second look and the write."""
    return lambda shop: shop.server.service.faults.add(fault, kind="write", times=9)


def refused_write(message: str) -> Damage:
    return write_meets(faults.refused_with(400, "INVALID_ARGUMENT", message))


def tab_deleted_amid_the_pass(shop: GoogleShop) -> None:
    """Somebody deletes the tab after the first look at its cells."""
    looks: list[int] = []

    def act(call: Call) -> None:
        looks.append(call.number)
        if len(looks) == 2:
            no_tab(shop)

    shop.server.service.before.append(
        lambda call: act(call) if call.path.endswith("values:batchGet") else None
    )


def no_header(shop: GoogleShop) -> None:
    shop.person.delete_rows(0, 1)


def service_account(shop: GoogleShop) -> None:
    written(shop.folder / "key.json", service_account_info(f"{shop.server.url}/token"))
    text = shop.config.read_text()
    shop.config.write_text(text.replace("login: none", "key_file: key.json"))


def login_withdrawn(shop: GoogleShop) -> None:
    """A token that was good for both looks is good no longer, and neither is a new one."""
    service_account(shop)
    write_meets(faults.unauthorised())(shop)


def key_refused(description: str) -> Damage:
    """A shop with a service account whose key gives no token."""

    def damage(shop: GoogleShop) -> None:
        service_account(shop)
        shop.server.service.faults.add(faults.no_token(description), kind="token", times=9)

    return damage


def api_off(shop: GoogleShop) -> None:
    shop.server.service.disabled_in = "987654321"


def a_copy(shop: GoogleShop) -> None:
    """The folder points to a copy of the sheet."""
    copied = shop.server.service.copy_book(
        shop.server.service.files[BOOK_ID], "Copy of Shop orders"
    )
    shop.config.write_text(shop.config.read_text().replace(BOOK_ID, copied.book.id))


def zone(name: str) -> Damage:
    return lambda shop: setattr(shop.book, "timezone", name)


def emptied(shop: GoogleShop) -> None:
    shop.server.service.faults.add(
        faults.empty_values(), kind="read", path="values:batchGet", times=9
    )


def sync(shop: GoogleShop, *more: str) -> int:
    """`sheetsync sync` by a clock that goes on by itself where something waits."""
    waits: list[float] = []

    def now() -> datetime:
        return datetime.now(tz=UTC) + timedelta(seconds=sum(waits))

    return run(["sync", "--config", str(shop.config), *more], clock=Clock(now, waits.append))


def set_up(shop: GoogleShop) -> None:
    assert run(["setup", "--config", str(shop.config)]) == 0


def state(shop: GoogleShop) -> dict[str, list[list[Any]]]:
    """Every tab's values, and what hangs on the cells."""
    return {sheet.title: [list(row) for row in sheet.rows] for sheet in shop.book.sheets}
