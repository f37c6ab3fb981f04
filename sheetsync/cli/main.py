"""The front door: gathers the verbs and turns every error into one sentence and an exit code."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

import click

from sheetsync import __version__
from sheetsync.cli.clock import Clock
from sheetsync.cli.output import err, print_error
from sheetsync.errors import SheetsyncError

VERBS = {
    "init": "make a new tracker folder, or adopt a workbook that you have",
    "check": "read the tracker and list what is wrong in it",
    "plan": "show exactly the cells and mails that sync would do",
    "sync": "do one pass: fill stamps and statuses, flag breaches, mail escalations",
    "run": "do a pass every minute or two until told to stop",
    "status": "how every tracker stands: held or not and why, last pass, outbox, next try",
    "approve": "look at what the guard holds back, and let exactly that through",
    "adopt": "begin anew, silently, with a copied sheet or with another store",
    "lookup": "answer a customer's call about an order from the last look, and log the call",
    "outbox": "list the messages that wait, let them go, or drop them",
    "notify": "show the letter to a customer about an order, and send it where you say so",
    "preview": "every mail and SMS with sample data, to look at before a customer does",
    "state": "check the store, copy it, or put a copy back",
    "escalation": "who is told of late orders, and who would be told tonight",
    "report": "the month's figures, as a table, JSON or CSV",
    "explain": "why an order looks as it does; what a mail or a pass was about",
    "history": "everything that happened to an order, in its order",
    "export": "orders as a workbook that comes back, or as CSV; the audit",
    "import": "bring an exported copy back, merged cell by cell",
    "conflicts": "list what a copy and the tracker both changed, and choose",
    "mirror": "keep two trackers in step, a workbook and a Google Sheet",
    "archive": "move orders done with long ago out of the way, and cut old personal values",
    "forget": "cut somebody's personal values out of everything the store keeps",
    "undo": "take back the cells that one pass wrote, where they still hold it",
    "rules": "check, test and describe the rule files",
    "simulate": "what changed rules would have flagged and mailed, had they been in force",
    "doctor": "look the whole set-up over and say in words what is missing",
    "setup": "install what makes a Google Sheet a good tracker, or take it back",
    "selftest": "try the promises on scratch tabs of a real Google Sheet, and report",
    "login": "log in at Google in the browser, where no service account does",
    "intake": "add new orders from a CSV, Excel or JSON-lines file, each once",
    "feed": "take one file of a feed: orders, stock, couriers, vendors, payments",
    "reconcile": "list what the tracker and its feeds disagree on",
    "demo": "play half a day of a small shop, for real, in a folder of its own",
}
"""In the order of a newcomer's path; a verb's module is imported only when it is called."""

EXIT_CODES = """\b
Exit codes:
  0   all went well                    3   unsafe: the guard refused the plan
  1   a problem told in one sentence   70  a defect of sheetsync; the log says where
  2   wrong call, config or rules      75  busy or in use: try again later
                                       78  the state store is damaged"""


def _imported(name: str) -> ModuleType:
    """A module. All that it brings in stays, so there is no garbage to search for meanwhile."""
    searching = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if searching:
            gc.enable()


class Verbs(click.Group):
    """A group whose verbs are loaded when they are needed, so that --help is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of a newcomer's path."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb `cmd_name`, or None."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = _imported(f"sheetsync.cli.{cmd_name}_").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line per verb, without importing any."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with a did-you-mean."""
        from difflib import get_close_matches  # noqa: PLC0415 - only on a wrong word

        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean {near[0]}?" if near else " See sheetsync --help."
            raise click.UsageError(f"There is no verb “{args[0]}”.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="sheetsync")
def cli() -> None:
    """The careful colleague beside a fulfilment team's order spreadsheet.

    It reads the tracker, checks every row, fills stamps and statuses, shows which orders break
    their SLA and why, mails the right people once, and writes the month's KPI tab. It never writes
    in a wrong row, never overwrites what a person typed, and can explain everything it did.

    \b
    A first quarter of an hour:
      sheetsync demo                         watch it work on an invented shop
      sheetsync init shop --timezone Africa/Johannesburg
      sheetsync plan --config shop/config.yaml
      sheetsync sync --config shop/config.yaml
    """  # noqa: D301 - \b is click's mark for text it must not wrap


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; no traceback for a person's mistake."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run the command line; returns the exit code. `clock` stands in for the machine's."""
    try:
        result = cli.main(
            args=list(arguments) if arguments is not None else None,
            standalone_mode=False,
            obj=clock,
        )
    except click.exceptions.Abort:
        err.print("Stopped.")
        return 130
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as problem:
        print_error(problem.format_message())
        return 2
    except SheetsyncError as problem:
        print_error(str(problem))
        return problem.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        err.print("Stopped.")
        return 130
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        print_error(f"{where}{problem.strerror or problem}. Nothing was left half-written.")
        return 1
    except Exception as defect:  # noqa: BLE001 - the last door: a defect of ours, told as such
        from sheetsync.cli.crash import report_defect  # noqa: PLC0415 - rarely needed

        return report_defect(defect)
    return result if isinstance(result, int) else 0
