"""What docs/offline.md shows is what is shown, and what it says of outcomes is what there is."""

from __future__ import annotations

import pytest

from sheetsync.domain.merge.three_way import OUTCOMES
from tests.support.walk_offline import PAGE, Walk, play, with_transcript


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    return play(tmp_path_factory.mktemp("walk"))


def test_the_transcript_in_the_page_is_what_is_shown(walk):
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_transcript(page, "\n\n".join(walk.blocks))
    assert page == fresh, "play it anew: python -m tests.support.walk_offline"


def test_every_command_of_the_walk_ends_well(walk):
    assert set(walk.outcomes.values()) == {0}


def test_the_tracker_holds_what_the_page_says(walk):
    shop = walk.shop
    assert shop.cell("#SP-101", "notes") == "one cup chipped, replaced"
    assert shop.cell("#SP-102", "notes") == "gate code 4711"
    assert shop.cell("#SP-103", "handler") == "Thabo"
    assert {"#SP-104", "#SP-900"} <= shop.orders().keys()


def test_every_outcome_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"| **{outcome}** |" in text for outcome in OUTCOMES)
