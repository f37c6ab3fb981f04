"""`make sheets`: the local Sheets server with its live page, an empty spreadsheet, and what to type next."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Final

from sheetsync.errors import UsageError
from sheetsync.setup.zones import machine_zone
from tests.sheets_server.served_here import Server, serve

PORT: Final = 8085
SHEET: Final = "my-first-sheet"
_UNKNOWN_ZONE: Final = "Etc/UTC"


def main() -> None:
    """Start the server, say what to type, and serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="make sheets", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="the first port to try")
    with serve(parser.parse_args().port) as server:
        server.make_sheet(SHEET, "My first sheet", _zone())
        print(told(server))
        sys.stdout.flush()
        wait_for_the_end()


def told(server: Server) -> str:
    """What this is, and the way from an empty sheet to a running worker."""
    sheetsync = _program()
    return f"""\
A Sheets server for this machine is at {server.url}
It keeps everything in memory and forgets it when you stop it with Ctrl-C. Nothing leaves the machine.

1. Open the empty sheet in your browser:
     {server.url}/sheet/{SHEET}

2. In a second terminal, make a tracker of it and watch the sheet fill:
     {sheetsync} init shop --google {SHEET} --api-url {server.url}

3. Type an order into row 2: an Order ID, a date, a customer. Then let the worker look every two minutes:
     {sheetsync} run --config shop/config.yaml
   or once, at once:
     {sheetsync} sync --config shop/config.yaml

Tick, sort, insert rows, mistype: you are the staff. Or watch half a day of a whole shop, in a sheet of its own:
     {sheetsync} demo --google-api {server.url}
"""


def wait_for_the_end() -> None:
    """Until somebody presses Ctrl-C."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("\nStopped. The sheets are forgotten.")


def _program() -> str:
    beside = Path(sys.executable).with_name("sheetsync")
    return os.path.relpath(beside) if beside.is_file() else "sheetsync"


def _zone() -> str:
    try:
        return machine_zone(os.environ).name
    except UsageError:
        return _UNKNOWN_ZONE


if __name__ == "__main__":
    main()
