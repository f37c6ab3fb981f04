"""The steps of one worker process, counted by the parts that are put into it: where it can be killed or stopped.

Nothing in the product is replaced. The store's engine, the tracker, the way out for mails and the hook of the
pass each call `at` before and after whatever they do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class Crash(BaseException):
    """The process ends here. Whatever it still tries to do on its way out, it does not do."""


def nobody(_name: str) -> None:
    """Nobody else acts."""


@dataclass(slots=True)
class Steps:
    """The life of one process. `kill_at` is the number of the step at which it ends, from 0.

    `between` is called at each step that was survived: people act there, another worker takes over.
    `others` counts what was done to the world by others meanwhile.
    """

    kill_at: int = -1
    kill_name: str = ""
    """Or the name of the step at which it ends, the first time."""
    between: Callable[[str], None] = nobody
    names: list[str] = field(default_factory=list)
    effects: int = 0
    """How often this process changed anything outside itself."""
    worlds: list[int] = field(default_factory=list)
    """`effects` at each step: between two of one number nothing outside was changed."""
    dead: bool = False
    overtaken: bool = False
    """Another worker has taken the tracker over while this one stood still."""
    stopped_at: str = ""
    under_way: bool = False
    """It was stopped amid a mail, or amid a write, which cannot be called back."""
    late: list[str] = field(default_factory=list)
    """What it did nevertheless after that."""
    decided: bool = False
    """The pass has kept what it decided."""
    unkept: list[str] = field(default_factory=list)
    """Messages that a mail server took just before the store failed."""
    in_flight: str = ""
    """The Message-ID that a mail server took and of which nothing was kept yet."""

    def at(self, name: str, *, effect: bool = False) -> None:
        """One step; with `effect` something outside the process has just been changed."""
        if self.dead:
            raise Crash
        if effect:
            self.effects += 1
            if self.overtaken:
                self.late.append(name)
        self.names.append(name)
        self.worlds.append(self.effects)
        if len(self.names) == self.kill_at + 1 or name == self.kill_name:
            self.dead = True
            raise Crash
        self.between(name)

    def stand_still(self, name: str) -> None:
        """Another worker has taken the tracker over while this one stood at the step `name`."""
        self.overtaken, self.stopped_at = True, name
        mails = [step for step in self.names if step in {"pass: claim", "pass: recorded"}]
        writes = [step for step in self.names if step in {"tracker: write", "tracker: written"}]
        self.under_way = writes[-1:] == ["tracker: write"] or mails[-1:] == ["pass: claim"]

    def not_kept(self) -> None:
        """The store has refused to keep something: what was in flight stays in doubt."""
        self.unkept += filter(None, [self.in_flight])
        self.in_flight = ""

    def kept(self) -> None:
        """The store has kept something: what was in flight is no longer in doubt."""
        self.in_flight = ""
