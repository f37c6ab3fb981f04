"""Let gspread's own test suite judge the local Sheets server, over real HTTP.

gspread's tests are not in its releases and are never committed here: clone its repository somewhere else,
then run

    python -m scripts.judge_sheets_server PATH-OF-THE-CLONE [--released] [pytest options]

Their client comes from the clone; `--released` takes the installed one, which lacks `update_named_range`
(two tests). How it works:

- The local server runs in this process, pytest in another one, with `scripts/judge_plugin.py` loaded. It
  leads requests for Google's hosts to the server, below gspread and google-auth, and refuses any other
  host. The recorded answers of the clone are not used.
- Two spreadsheets are there beforehand, since two `openall` tests count on an account that has some, and
  the private id of `test_access_private_spreadsheet` is one that is not shared.
- Every request and reply is checked against Google's description of the API; what breaks it is printed.

`utils_test.py` does no HTTP and is left out of the count. The exit code is 0 with at least 100 passed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.sheets_server.http_server import start  # noqa: E402 - found once the checkout is on the path
from tests.sheets_server.schema import SchemaGate  # noqa: E402
from tests.sheets_server.service import SheetsService  # noqa: E402

NEEDED: Final = 100
_PRIVATE: Final = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"


def main() -> int:
    """Run the suite and print its result; gives the exit code."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("clone", type=Path, help="a clone of gspread's repository")
    reader.add_argument("--released", action="store_true", help="use the installed gspread")
    options, more = reader.parse_known_args()
    clone: Path = options.clone.resolve()
    if not (clone / "tests" / "conftest.py").is_file():
        print(f"{clone} has no tests/conftest.py: give a clone of gspread's repository.")
        return 2
    service = a_service()
    with start(service) as server:
        output = _run(clone, server.url, more, released=options.released)
    return _report(output, service)


def a_service() -> SheetsService:
    """A server as an account in use finds it."""
    service = SheetsService(gate=SchemaGate())
    for title in ("Made before", "Made before as well"):
        service.new_book(title)
    service.forbid(_PRIVATE)
    return service


def _run(clone: Path, url: str, more: list[str], *, released: bool) -> str:
    """Run pytest on the clone's tests; gives what it printed."""
    paths = [str(ROOT / "scripts")] if released else [str(clone), str(ROOT / "scripts")]
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",
        "JUDGED_URL": url,
    }
    plugins = ["-p", "no:vcr", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "judge_plugin"]
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(clone)]
    files = [str(path) for path in sorted((clone / "tests").glob("*_test.py"))]
    files = [path for path in files if not path.endswith("utils_test.py")]
    done = subprocess.run(
        [*command, *plugins, "-q", "-rfE", "--tb=short", "-W", "ignore", *more, *files],
        cwd=clone,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def _report(output: str, service: SheetsService) -> int:
    print(output)
    counts = {
        word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error)", output)
    }
    passed = counts.get("passed", 0)
    print(f"{passed} passed, {counts.get('failed', 0) + counts.get('error', 0)} failed.")
    print(
        f"{service.counters.reads} reads and {service.counters.writes} writes reached the server."
    )
    for what, count in Counter(service.gate.violations).most_common():
        print(f"Against Google's description, {count} times: {what}")
    return 0 if passed >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
