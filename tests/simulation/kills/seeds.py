"""From a number to a world with its kills, played to its end and judged."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.simulation.kills.aims import aims
from tests.simulation.kills.mail_count import count_mails
from tests.simulation.kills.oracle import LOST_EDIT, WRONG_ROW
from tests.simulation.kills.peek import journal_is_open, outbox_of
from tests.simulation.kills.world import GAP, Life, World, world
from tests.simulation.worker.figures import Figures

KILLS: Final = 25
"""In one world."""
_ENDED: Final = {"sent", "superseded", "digested", "suppressed"}
_HELD: Final = {"held", "in_doubt"}


def play(
    seed: int,
    kills: int = KILLS,
    *,
    store: str = "",
    fresh_every: int = 10,
    plant: str = "",
    gap: float = GAP,
    diary: Path | None = None,
) -> Figures:
    """Kill so many workers in one world, let the last one finish, and count.

    `store`: the address of a database, "" for a file. `plant`: a fault that the workers shall have. `gap`: how
    often somebody acts in the midst of a request. `diary`: where to write down what happened.
    """
    with _room() as room, world(room, seed, store=store, plant=plant, gap=gap) as one:
        first, *others = aims(seed, kills, fresh_every)
        one.live(first)
        one.finish(passes=1)
        one.work()
        for aim in others:
            one.live(aim)
        one.go_home()
        last = one.finish(passes=3)
        one.judge_the_end()
        if diary is not None:
            diary.write_text("\n".join(one.diary) + "\n")
        return _figures(one, last, store)


def _figures(one: World, last: Life, store: str) -> Figures:
    """What became of it, with each broken promise."""
    outbox = outbox_of(one.store)
    held = {order for state, orders in outbox if state in _HELD for order in orders}
    killed = [number for number, life in enumerate(one.lives) if life.killed]
    mails = count_mails(one.people.truth, one.mailbox.handings, killed, held)
    states = Counter(state for state, _ in outbox)
    damage = _damage(one, store)
    found = [finding for finding in sorted(one.oracle.found) if not finding.is_named_in(one.said)]
    kinds = Counter(finding.kind for finding in found)
    broken = [
        *(f"kill {n}: {words}" for n, life in enumerate(one.lives) for words in life.troubles),
        *map(str, found), *mails.lost, *mails.broken, *damage,
    ]  # fmt: skip
    if last.writes and last.writes[-1]:
        broken.append(f"people have gone, and the third pass still made {last.writes[-1]} writes")
    if journal_is_open(one.store):
        broken.append("people have gone, and a write is still not settled")
    return Figures(
        seeds=1,
        passes=sum(life.began for life in one.lives),
        kills=len(killed),
        faults=one.kills(),
        mails_due=mails.due,
        mails_sent=mails.sent,
        mails_doubled=mails.doubled,
        mails_held=sum(states[state] for state in _HELD),
        mails_waiting=states.total() - sum(states[s] for s in (*_ENDED, *_HELD, "failed")),
        mails_failed=states["failed"],
        mails_lost=len(mails.lost),
        wrong_rows=kinds[WRONG_ROW],
        lost_edits=kinds[LOST_EDIT],
        named=len(one.oracle.found) - len(found),
        torn=len(damage),
        broken=[f"world {one.seed}: {words}" for words in broken],
    )


def _damage(one: World, store: str) -> list[str]:
    """What `state check` finds wrong with a store in a file, and files that were left over."""
    wrong = "" if store else one.check()
    found = [f"state check: {wrong}"] if wrong else []
    return found + [f"left over: {name}" for name in one.shop.litter()]


@contextmanager
def _room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sheetsync-kills-") as name:
        yield Path(name)
