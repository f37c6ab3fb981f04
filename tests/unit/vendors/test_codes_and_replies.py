"""A code proves one assignment only, and a mail is read without guessing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.domain.vendors.codes import code_of, codes_in, is_proved
from sheetsync.domain.vendors.replies import read_reply

SECRET = b"a secret"
CODE = code_of(SECRET, "t", "#SP-20491", "v7", 7)


def one(subject: str, text: str):
    (answer,) = read_reply(subject, text)
    return answer


def test_the_code_reads_as_the_letter_shows_it():
    (code,) = codes_in(f"Re: Order #SP-20491 [{CODE}]")
    assert (code.order, code.epoch) == ("SP-20491", 7)
    assert is_proved(code, SECRET, "t", "#SP-20491", "v7")


@pytest.mark.parametrize(
    ("secret", "tracker", "order", "vendor", "epoch"),
    [
        (b"another", "t", "#SP-20491", "v7", 7),
        (SECRET, "u", "#SP-20491", "v7", 7),
        (SECRET, "t", "#SP-20492", "v7", 7),
        (SECRET, "t", "#SP-20491", "v8", 7),
        (SECRET, "t", "#SP-20491", "v7", 8),
    ],
)
def test_a_code_of_anything_else_proves_nothing(secret, tracker, order, vendor, epoch):
    other = code_of(secret, tracker, order, vendor, epoch).rpartition("-")[2]
    (code,) = codes_in(f"SP-20491 V7-{other}")
    assert not is_proved(code, SECRET, "t", "#SP-20491", "v7")


def test_without_a_secret_nothing_is_proved():
    (code,) = codes_in(code_of(b"", "t", "SP-1", "v7", 1))
    assert not is_proved(code, b"", "t", "SP-1", "v7")


@pytest.mark.parametrize(
    ("text", "said", "ship_on", "note"),
    [
        ("CONFIRM", "Yes", None, ""),
        ("confirm\n\nBest regards\nAnn", "Yes", None, ""),
        ("Confirmed, ships 2026-03-05", "Yes", date(2026, 3, 5), "ships"),
        ("CANNOT: out of stock until May", "No", None, "out of stock until May"),
        ("PARTIAL only 3 of 4", "Partial", None, "only 3 of 4"),
        ("CONFIRM\nSHIP 2026-03-05", "Yes", date(2026, 3, 5), ""),
        ("JA", "Yes", None, ""),
        ("NEIN - ausverkauft", "No", None, "ausverkauft"),
        ("SP-20491: CONFIRM", "Yes", None, ""),
        (f"[{CODE}] CONFIRM", "Yes", None, ""),
    ],
)
def test_an_answer_is_read(text, said, ship_on, note):
    answer = one(f"Re: Order [{CODE}]", text)
    assert (answer.order, answer.said, answer.ship_on, answer.note, answer.problem) == (
        "SP-20491", said, ship_on, note, "",
    )  # fmt: skip
    assert len(answer.codes) == 1


def test_what_a_vendor_quotes_answers_nothing_but_proves():
    text = f"SP-1 CONFIRM\n\nOn Mon, 2 Mar 2026, Shop wrote:\n> SP-2 CANNOT\n> [{code_of(SECRET, 't', 'SP-1', 'v7', 1)}]"
    answer = one("Re: 2 orders for you", text)
    assert (answer.order, answer.said) == ("SP-1", "Yes")
    assert is_proved(answer.codes[0], SECRET, "t", "SP-1", "v7")


def test_several_orders_are_answered_line_by_line():
    codes = "\n".join(f"> [{code_of(SECRET, 't', f'SP-{i}', 'v7', 1)}]" for i in (1, 2, 3))
    answers = read_reply(
        "Re: 3 orders", f"SP-1 CONFIRM\nSP-2 CANNOT sold out\nSP-3 received\n{codes}"
    )
    assert [(a.order, a.said, a.received) for a in answers] == [
        ("SP-1", "Yes", False), ("SP-2", "No", False), ("SP-3", "", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("CONFIRM\nCANNOT", "two different things"),
        ("SHIP tomorrow", "day of shipping"),
        ("CONFIRM 2026-02-31", "day of shipping"),
    ],
)
def test_what_is_not_understood_is_told(text, problem):
    assert problem in one(f"[{CODE}]", text).problem


def test_a_word_in_the_middle_of_a_sentence_is_no_answer():
    assert read_reply(f"[{CODE}]", "We will see if we can confirm it, or no.") == ()


def test_an_answer_to_nothing_names_no_order():
    assert "no order" in one("Hello", "CONFIRM").problem


@given(subject=st.text(max_size=200), text=st.text(max_size=2_000))
def test_any_mail_is_read_without_an_error_and_proves_nothing_by_chance(subject, text):
    for answer in read_reply(subject, text):
        assert len(answer.note) <= 300
        assert not any(is_proved(code, SECRET, "t", code.order, "v7") for code in answer.codes)


@given(junk=st.text(max_size=60), word=st.sampled_from(["CONFIRM", "CANNOT", "PARTIAL"]))
def test_whatever_stands_below_the_answer_the_answer_is_read(junk, word):
    lines = " ".join(junk.split())
    found = read_reply(f"Re [{CODE}]", f"{word}\n\nregards, {lines}")
    assert found[0].order == "SP-20491"
