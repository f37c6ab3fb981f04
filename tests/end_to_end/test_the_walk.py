"""A wrong rule edited at 14:00, seen by simulate, passed by rules check, live, taken back, explained."""

from __future__ import annotations

import pytest

from tests.support.walk import PAGE, Walk, play, with_transcript


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    return play(tmp_path_factory.mktemp("walk"))


def test_the_transcript_in_the_documents_is_what_is_shown(walk):
    page = PAGE.read_text(encoding="utf-8")
    fresh = with_transcript(page, "\n\n".join(walk.blocks))
    assert page == fresh, "play it anew: python -m tests.support.walk"


def test_every_command_of_the_walk_ends_well(walk):
    assert set(walk.outcomes.values()) == {0}


def test_the_harm_is_seen_beforehand_and_gone_afterwards(walk):
    said = "\n".join(walk.blocks)
    assert "Flagged that were not: 2 orders" in said
    assert "(pass 4 was taken back)" in said
    assert walk.shop.cell("#SP-101", "status") == "Delivered"
    assert walk.shop.cell("#SP-102", "status") == "Returned"
    mails = [(mail.to, mail.subject) for mail in walk.shop.mails()]
    assert len(mails) == len(set(mails)) == 4
