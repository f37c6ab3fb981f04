"""Whole workers from seeds: promises 1-6, 8 and 10 of docs/guarantees.md hold on every tracker and either store.

`python -m tests.simulation.worker` plays as many as one likes; a failure prints what plays it again.
"""

from __future__ import annotations

import pytest

from tests.simulation.worker.story import play_seed

ROUGH = 12
"""A seed with a kill, a mail in doubt and faults of the sheet and the store."""


def test_the_same_seed_tells_the_same_story_byte_for_byte_on_either_store(postgres_url):
    """Acceptance 4 of the issue: SQLite and PostgreSQL give identical traces."""
    first, again = (play_seed(ROUGH, kind="memory", passes=4) for _ in range(2))
    served = play_seed(ROUGH, kind="memory", passes=4, store_url=postgres_url)
    assert first.broken == []
    assert first.trace == again.trace
    assert first.trace == served.trace


@pytest.mark.parametrize(("kind", "seed"), [("excel", 3), ("google", 3)])
def test_a_seed_keeps_every_promise(kind, seed):
    story = play_seed(seed, kind=kind, passes=3)
    print("\n".join(story.trace))
    assert story.broken == []
    assert story.figures.good
