"""An SMS fits into one part, and is counted as telephones count."""

from __future__ import annotations

import pytest

from sheetsync.messages.kinds import CUSTOMER_KINDS
from sheetsync.messages.render import Renderer
from sheetsync.messages.samples import sample_facts
from sheetsync.messages.sms import sms
from tests.support.letter_snapshots import BRAND

RENDERER = Renderer(None, BRAND)


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("kind", CUSTOMER_KINDS)
def test_every_sms_is_one_part_of_the_gsm_alphabet(kind, locale):
    told = RENDERER.sms(kind, sample_facts(kind, locale))
    assert told.language == locale
    assert (told.sms.parts, told.sms.foreign) == (1, "")
    assert told.sms.length <= 160
    assert "#SP-20491" in told.sms.text
    assert told.sms.text.startswith("Sunrise Parcels: ")


@pytest.mark.parametrize(
    ("text", "length", "parts", "foreign"),
    [
        ("a" * 160, 160, 1, ""),
        ("a" * 161, 161, 2, ""),
        ("a" * 306, 306, 2, ""),
        ("a" * 307, 307, 3, ""),
        ("€" * 80, 160, 1, ""),
        ("[" * 81, 162, 2, ""),
        ("ő" + "a" * 69, 70, 1, "ő"),
        ("ő" + "a" * 70, 71, 2, "ő"),
        ("😀" * 36, 72, 2, "😀"),
        ("ÄÖÜäöüß à é", 11, 1, ""),
        ("", 0, 1, ""),
    ],
)
def test_signs_are_counted_as_a_telephone_counts_them(text, length, parts, foreign):
    told = sms(text)
    assert (told.length, told.parts, told.foreign) == (length, parts, foreign)


def test_typographic_signs_and_line_ends_cost_nothing():
    assert (
        sms("5\u2009–\u20096 März … „Los!“\r\n\tan\u00a0Bord").text
        == '5 - 6 März ... "Los!" an Bord'
    )
