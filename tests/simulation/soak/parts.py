"""What a soak is made of: whole workers simulated from a seed, real workers killed, two stores compared."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.kills.many import Task, play_task, raised
from tests.simulation.worker.figures import Figures
from tests.simulation.worker.planted import PLANTED
from tests.simulation.worker.soak import again
from tests.simulation.worker.story import Story, play_seed
from tests.simulation.worker.worker import SimWorker

_MAIL: Final = re.compile(r"^mail (\d+) to")
SIMULATED: Final = "simulated"
REAL: Final = "real kills"
STORES: Final = "two stores"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to play: this seed of `part`. `store` is a database's address, where one is needed.

    `plant` names a fault that the workers shall have; each part has its own.
    """

    part: str
    seed: int
    kills: int = 0
    store: str = ""
    plant: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """What a piece came to; `again` says how to play each broken one again."""

    piece: Piece
    seconds: float
    figures: Figures = field(default_factory=Figures)
    again: tuple[str, ...] = ()


def play(piece: Piece) -> Played:
    """Play one piece. What it raised is a broken promise, too."""
    start = time.monotonic()
    try:
        figures, lines = _PLAYS[piece.part](piece)
    except Exception as error:  # noqa: BLE001 - whatever escapes a play is what we look for
        words = f"{piece.part}, seed {piece.seed}: {raised(error)}"
        figures = Figures(seeds=1, broken=[words])
        lines = [f"again: {_COMMANDS[piece.part].format(piece=piece)}"]
    return Played(piece, time.monotonic() - start, figures, tuple(lines))


def _simulate(piece: Piece) -> tuple[Figures, list[str]]:
    make = PLANTED[piece.plant] if piece.plant else SimWorker
    story = play_seed(piece.seed, make_worker=make)
    return story.figures, [] if story.figures.good else [again(story)]


def _kill(piece: Piece) -> tuple[Figures, list[str]]:
    figures = play_task(Task(piece.seed, piece.kills, piece.store, piece.plant))
    lines = [] if figures.good else [f"again: {_COMMANDS[REAL].format(piece=piece)}"]
    return figures, lines


def _compare(piece: Piece) -> tuple[Figures, list[str]]:
    """The same seed with its store in a file and on PostgreSQL: the same story, word for word."""
    in_a_file = play_seed(piece.seed, kind="memory")
    on_a_server = play_seed(piece.seed, kind="memory", store_url=piece.store)
    figures, lines = on_a_server.figures, []
    if not figures.good:
        lines.append(again(on_a_server))
    if numbered_anew(in_a_file.trace) != numbered_anew(on_a_server.trace):
        figures.broken.append(f"seed {piece.seed}: {difference(in_a_file, on_a_server)}")
        lines.append(f"again: {_COMMANDS[STORES].format(piece=piece)}")
    return figures, lines


def difference(in_a_file: Story, on_a_server: Story) -> str:
    """The first line in which two stories differ."""
    one, other = numbered_anew(in_a_file.trace), numbered_anew(on_a_server.trace)
    unlike = ((a, b) for a, b in zip(one, other, strict=False) if a != b)
    a, b = next(unlike, (f"{len(one)} lines", f"{len(other)} lines"))
    return f"SQLite has {a!r} where PostgreSQL has {b!r}"


def numbered_anew(trace: Sequence[str]) -> list[str]:
    """The lines with each mail called by its turn.

    Its number is the database's own business: PostgreSQL gives none a second time, SQLite does where the
    commit that had it was taken back.
    """
    turns: dict[str, int] = {}

    def turn(found: re.Match[str]) -> str:
        return f"mail {turns.setdefault(found[1], len(turns) + 1)} to"

    return [_MAIL.sub(turn, line) for line in trace]


_PLAYS: Final[dict[str, Callable[[Piece], tuple[Figures, list[str]]]]] = {
    SIMULATED: _simulate,
    REAL: _kill,
    STORES: _compare,
}
_COMMANDS: Final = {
    SIMULATED: "python -m tests.simulation.worker --seed {piece.seed}",
    REAL: "python -m tests.simulation.kills --seed {piece.seed} --kills {piece.kills} --jobs 1",
    STORES: "python -m tests.simulation.soak --stores {piece.seed}",
}
