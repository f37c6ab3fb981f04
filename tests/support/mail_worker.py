"""A process of its own that delivers everything due; the kill test ends it with SIGKILL.

Arguments: the store's file, the SMTP port, a name for this deliverer.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from sheetsync.messages.deliver import deliver
from sheetsync.messages.outbox import DeliveryPolicy
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from sheetsync.store import Store, sqlite_url
from tests.support.letters import NOW, composer


def main(path: str, port: str, owner: str) -> None:
    """Deliver until nothing is due."""
    settings = SmtpSettings(host="127.0.0.1", port=int(port), tls="none", timeout=10)
    now = NOW + timedelta(minutes=5)
    with Store.open(sqlite_url(Path(path)), now=now) as store:
        outbox = store.outbox(1)
        policy = DeliveryPolicy(alone=True)
        deliver(
            outbox, SmtpTransport(settings), now, composer=composer(), owner=owner, policy=policy
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
