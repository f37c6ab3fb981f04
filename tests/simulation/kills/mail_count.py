"""The mails that arrived, compared with those that were due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.simulation.kills.mailbox import Handing
from tests.simulation.kills.truth import Truth


@dataclass(slots=True)
class MailVerdict:
    """The mails counted: each telling is one recipient told of one order."""

    due: int = 0
    sent: int = 0
    doubled: int = 0
    """Copies that a hard kill during the handing over excuses."""
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def count_mails(
    truth: Truth, handings: Sequence[Handing], killed: Iterable[int], held: set[str]
) -> MailVerdict:
    """Compare what arrived with what was due. `killed`: the lives that ended by a hard kill.

    A second copy is excused only where the one before it was the last mail that a killed worker began:
    of every earlier one that worker had noted that it was sent. `held`: orders that wait visibly.
    """
    verdict = MailVerdict(due=len(truth.due()))
    last = {handing.life: handing for handing in handings}
    ended = set(killed)
    copies: dict[str, list[Handing]] = defaultdict(list)
    for handing in handings:
        if handing.content:
            copies[handing.message_id].append(handing)
    told: dict[tuple[str, str], str] = {}
    for message_id, same in copies.items():
        _one_mail(verdict, message_id, same)
        for before in same[:-1]:
            verdict.doubled += 1
            if before.life not in ended or last[before.life] is not before:
                verdict.broken.append(f"{message_id} was sent twice, and no kill excuses it")
        for order in same[0].orders():
            telling = (same[0].recipient, order)
            if told.setdefault(telling, message_id) != message_id:
                verdict.broken.append(f"{telling} was told by two mails")
    verdict.sent = len(told.keys() & truth.due())
    verdict.lost = [
        f"{order} was never told to {recipient}"
        for recipient, order in sorted(truth.due() - told.keys())
        if order not in held
    ]
    verdict.broken += [
        f"{order} was told to {recipient}, and that was not due"
        for recipient, order in sorted(told.keys() - truth.due())
    ]
    return verdict


def _one_mail(verdict: MailVerdict, message_id: str, same: Sequence[Handing]) -> None:
    first = same[0]
    if not message_id or not first.text or not first.orders():
        verdict.broken.append(f"a mail to {first.recipient} arrived torn: {first.content[:200]!r}")
    for copy in same[1:]:
        if (copy.recipient, copy.text) != (first.recipient, first.text):
            verdict.broken.append(f"{message_id} came a second time with another text")
