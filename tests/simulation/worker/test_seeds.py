"""Whole workers from seeds: promises 1-6, 8 and 10 of docs/guarantees.md hold on every tracker and either store.

`python -m tests.simulation.worker` plays as many as one likes; a failure prints what plays it again.
"""

from __future__ import annotations

import pytest

from tests.simulation.worker.story import play_seed

ROUGH = 8
"""A seed with a kill, a mail, a full disk and a sheet in use."""


def test_the_same_seed_tells_the_same_story_byte_for_byte_on_either_store(postgres_url):
    """Acceptance 4 of the issue: played twice, over SQLite and over PostgreSQL, the traces are identical."""
    in_a_file = play_seed(ROUGH, kind="memory", passes=3)
    on_a_server = play_seed(ROUGH, kind="memory", passes=3, store_url=postgres_url)
    assert in_a_file.broken == []
    assert in_a_file.trace == on_a_server.trace
    assert in_a_file.figures == on_a_server.figures
    assert in_a_file.figures.kills
    assert in_a_file.figures.faults


@pytest.mark.parametrize(("kind", "seed"), [("excel", 3), ("google", 3)])
def test_a_seed_keeps_every_promise(kind, seed):
    story = play_seed(seed, kind=kind, passes=2)
    print("\n".join(story.trace))
    assert story.broken == []
    assert story.figures.good
