"""Who sits at the command line, for the log of what people decided."""

from __future__ import annotations

import getpass
import socket


def who_asks() -> str:
    """`lerato@packing-desk`: the account, or its number where it has no name, and the machine."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        import os  # noqa: PLC0415 - only where the account has no name

        account = f"account {os.getuid()}"
    return f"{account}@{socket.gethostname()}"
