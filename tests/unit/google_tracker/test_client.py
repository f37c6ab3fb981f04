"""Our HTTP client over a real socket: what is repeated and what never, how long it waits, what it spends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from google.auth.credentials import AnonymousCredentials, Credentials
from gspread.exceptions import APIError

from sheetsync.errors import TrackerBusy, TrackerRefused
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.client import TRIES
from tests.sheets_server import faults
from tests.sheets_server.answers import Answer
from tests.sheets_server.faults import Fault
from tests.support.google_sheets import BOOK_ID, PLENTY, Served, book_of, served

RANGES = ["'Orders'"]
REQUEST = {"updateCells": {
    "start": {"sheetId": 0, "rowIndex": 1, "columnIndex": 1},
    "rows": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}], "fields": "userEnteredValue",
}}  # fmt: skip
OUTAGES = (
    faults.too_many,
    faults.server_error,
    faults.bad_gateway,
    faults.unavailable,
    faults.reset,
)


@dataclass
class Desk:
    """A server, and a client whose clock only moves by waiting."""

    server: Served
    now: datetime = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.now.timestamp()

    def api(self, credentials: Credentials | None = None, **more) -> SheetsApi:
        options = {
            "api_url": self.server.url, "clock": lambda: self.now, "wait": self.wait, "dice": lambda: 1.0,
            "timeout": 20.0, "reads_per_minute": PLENTY, "writes_per_minute": PLENTY,
        }  # fmt: skip
        return SheetsApi(BOOK_ID, credentials or AnonymousCredentials(), **{**options, **more})

    @property
    def counted(self) -> tuple[int, int]:
        return self.server.service.counters.reads, self.server.service.counters.writes

    def break_down(self, fault: Fault, **more) -> None:
        self.server.service.faults.add(fault, **{"times": 99, **more})


@pytest.fixture
def desk():
    book = book_of([["Order ID", "Status"], ["A-1"]])
    with served(book) as server:
        yield Desk(server)


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda make: make.__name__)
def test_a_read_is_repeated_until_it_is_answered(desk, fault):
    desk.break_down(fault(), times=3)
    assert b"A-1" in desk.api().values(RANGES)
    assert desk.counted == (4, 0)


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda make: make.__name__)
def test_a_read_is_given_up_after_six_tries_in_words(desk, fault):
    desk.break_down(fault())
    with pytest.raises(TrackerBusy, match="Run the command again in a minute"):
        desk.api(deadline=10_000.0).values(RANGES)
    assert desk.counted == (TRIES, 0) == (6, 0)
    assert len(desk.waits) == 5


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda make: make.__name__)
def test_a_write_is_never_repeated(desk, fault):
    desk.break_down(fault())
    with pytest.raises(QuotaUsedUp if fault is faults.too_many else AnswerLost):
        desk.api().batch([REQUEST])
    assert desk.counted == (0, 1)
    assert desk.waits == []


def test_a_write_whose_answer_is_lost_is_neither_repeated_nor_taken_for_undone(desk):
    desk.break_down(faults.answer_lost())
    with pytest.raises(AnswerLost):
        desk.api().batch([REQUEST])
    assert desk.counted == (0, 1)
    assert desk.server.service.files[BOOK_ID].book.sheets[0].cell(1, 1)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [(faults.forbidden(), TrackerRefused), (faults.unauthorised(), TrackerRefused),
     (faults.refused_with(404, "NOT_FOUND", "Requested entity was not found."), TrackerRefused),
     (faults.refused_with(400, "INVALID_ARGUMENT", "Something else."), TrackerRefused)],
)  # fmt: skip
def test_what_waiting_does_not_mend_is_not_asked_again(desk, fault, problem):
    desk.break_down(fault)
    with pytest.raises(problem):
        desk.api().values(RANGES)
    assert desk.counted == (1, 0)


def test_waits_double_up_to_a_ceiling_and_the_dice_choose_below_it(desk):
    desk.break_down(faults.unavailable())
    client = desk.api().client
    assert [client._back_off(n) for n in range(9)] == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    throws = iter((0.0, 0.25, 0.5, 0.75, 1.0, 1.0))
    with pytest.raises(TrackerBusy):
        desk.api(deadline=10_000.0, dice=lambda: next(throws)).values(RANGES)
    assert desk.waits == [0, 0.5, 2, 6, 16]


@pytest.mark.parametrize("in_words", [False, True])
def test_retry_after_is_honoured_in_seconds_and_as_a_date(desk, in_words):
    told = faults.too_many(retry_after=17)
    if in_words:
        when = format_datetime(desk.now + timedelta(seconds=17), usegmt=True)
        plain = told.answer

        def dated(call) -> Answer:
            answer = plain(call)
            answer.headers["retry-after"] = when
            return answer

        told = Fault("429", answer=dated)
    desk.break_down(told, times=1)
    assert desk.api(dice=lambda: 0.0).values(RANGES)
    assert sum(desk.waits) == 17


def test_no_wait_goes_beyond_the_deadline(desk):
    desk.break_down(faults.unavailable())
    with pytest.raises(TrackerBusy):
        desk.api(deadline=10.0).values(RANGES)
    assert desk.waits == [1, 2, 4]
    desk.waits.clear()
    desk.server.service.faults.clear()
    desk.break_down(faults.too_many(retry_after=3600))
    with pytest.raises(TrackerBusy):
        desk.api(deadline=120.0).values(RANGES)
    assert desk.waits == []


def test_a_silent_server_is_left_after_the_time_out(desk):
    desk.break_down(faults.read_timeout())
    api = desk.api(timeout=0.3, deadline=3.0)
    assert api.client.timeout == (0.3, 0.3)
    assert desk.api(timeout=190.0).client.timeout == (10.0, 190.0)
    with pytest.raises(TrackerBusy, match="did not answer in time"):
        api.values(RANGES)
    assert desk.counted[1] == 0


def test_sixty_calls_spread_over_more_than_a_minute(desk):
    api = desk.api(reads_per_minute=50)
    begin = desk.now
    for _ in range(60):
        api.values(RANGES)
    assert sum(desk.waits) == pytest.approx(60)
    assert desk.now - begin == timedelta(seconds=60)
    assert desk.counted == (60, 0)
    assert api.client.reads.used == 10


def test_reads_and_writes_have_a_quota_of_their_own(desk):
    api = desk.api(reads_per_minute=5, writes_per_minute=5)
    for _ in range(5):
        api.values(RANGES)
        api.batch([REQUEST])
    assert desk.waits == []
    api.prepare_write()
    assert desk.waits == [60]
    api.batch([REQUEST])
    assert desk.waits == [60], "room was made before the second look, not after it"


def test_our_quota_keeps_below_that_of_the_server(desk):
    service = desk.server.service
    service.clock = desk.seconds
    service.quota.on = True
    api = desk.api(reads_per_minute=50, writes_per_minute=50)
    for _ in range(300):
        api.values(RANGES)
        desk.now += timedelta(seconds=0.1)
    assert {call.code for call in service.counters.calls} == {200}


def test_after_a_429_nothing_leaves_until_the_pause_is_over(desk):
    desk.break_down(faults.too_many(retry_after=20), times=1)
    api = desk.api()
    api.values(RANGES)
    assert api.client.reads.ready_in(desk.now) == 0
    api.client.reads.pause(9)
    api.values(RANGES)
    assert desk.waits == [20, 9]


def test_only_google_s_own_addresses_are_led_to_the_configured_server(desk):
    client = desk.api().client
    for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
        assert client._address(f"{host}/v4/x") == f"{desk.server.url}/v4/x"
    assert client._address("https://example.org/v4/x") == "https://example.org/v4/x"
    assert desk.api(api_url="").client._address("https://sheets.googleapis.com/v4") == (
        "https://sheets.googleapis.com/v4"
    )


def test_a_redirect_is_refused_so_that_no_login_is_carried_elsewhere(desk):
    elsewhere = {"location": "http://127.0.0.1:9/elsewhere"}
    desk.break_down(Fault("302", answer=lambda call: Answer(302, elsewhere, b"")))
    with pytest.raises(TrackerBusy, match="not of Google Sheets"):
        desk.api().values(RANGES)
    with pytest.raises(APIError):
        desk.api().client.request("get", "https://sheets.googleapis.com/v4/spreadsheets/x")


class Login(Credentials):
    """A login that has run out, and notes when it was made anew."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.refreshed_after = desk, []

    def refresh(self, request) -> None:
        self.refreshed_after.append(self.desk.counted)
        self.token, self.expiry = "fresh", None


def test_the_login_is_made_anew_before_the_second_look_not_between_it_and_the_write(desk):
    login = Login(desk)
    api = desk.api(login)
    api.prepare_write()
    api.values(RANGES)
    api.batch([REQUEST])
    assert login.refreshed_after == [(0, 0)]


def test_a_broken_answer_to_a_read_is_told_and_to_a_write_is_asked_after(desk):
    desk.break_down(faults.truncated())
    api = desk.api()
    with pytest.raises(TrackerBusy, match="incomplete or garbled"):
        api.decoded(api.values(RANGES))
    with pytest.raises(AnswerLost):
        api.batch([REQUEST])
    assert desk.counted == (1, 1)


def test_how_wrong_our_clock_is_comes_with_every_answer(desk):
    desk.server.service.clock = lambda: (desk.now - timedelta(minutes=7)).timestamp()  # noqa: PLW0108 - desk.now moves on
    api = desk.api()
    api.values(RANGES)
    assert api.client.clock_ahead == pytest.approx(420, abs=1)


def test_the_address_of_nobody_is_told_as_a_matter_of_the_network():
    api = SheetsApi(
        BOOK_ID, AnonymousCredentials(), api_url="http://127.0.0.1:9", deadline=0.0,
        clock=lambda: datetime(2026, 3, 9, tzinfo=UTC), wait=lambda _seconds: None, dice=lambda: 1.0,
    )  # fmt: skip
    with pytest.raises(TrackerBusy, match="Check the network") as told:
        api.values(RANGES)
    assert isinstance(told.value.__cause__, requests.exceptions.ConnectionError)
