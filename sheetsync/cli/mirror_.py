"""`sheetsync mirror`: two trackers kept in step, once or on a schedule."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.output import counted, err, out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, pause, wall_clock
from sheetsync.errors import AlreadyRunning, PlanRefused, TrackerError, UsageError
from sheetsync.worker.offline.mirror_step import Mirrored, carry_out_mirror
from sheetsync.worker.offline.mirroring import MirrorPlan, look_at_mirror
from sheetsync.worker.workshop import Workshop
from sheetsync.yamlfiles.values import parse_span

_SHORTEST = timedelta(seconds=30)


@click.command("mirror", short_help="keep two trackers in step, a workbook and a Google Sheet")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--one-way", is_flag=True, help="Only from A to B; what people change in B stays in B."
)
@click.option("--every", metavar="TIME", help="Go on, a step so often: 5m. Without it, one step.")
@click.option("--dry-run", is_flag=True, help="Only show what a step would do.")
@click.option("--approve", is_flag=True, help="What the guard holds back is meant so, this once.")
def command(
    first: Path, second: Path, one_way: bool, every: str | None, dry_run: bool, approve: bool
) -> int:
    """Bring what changed in A to B and back; A and B are configurations, or folders that hold one.

    A cell that only one side changed goes to the other. What both changed stays as it is on either side and
    stands on the tab Conflicts of A, where a person chooses. Rows are added, never deleted. It works
    beside a running worker of either. Exit code 75: some of it could not be written now.
    """
    seconds = _seconds(every)
    with ExitStack() as stack:
        shops = [stack.enter_context(open_workshop(_config(path))) for path in (first, second)]
        while True:
            code = _step(shops[0], shops[1], one_way=one_way, dry_run=dry_run, approve=approve, again=seconds is not None)  # fmt: skip
            if seconds is None or dry_run:
                return code
            approve = False
            pause(seconds)


def _step(
    first: Workshop, second: Workshop, *, one_way: bool, dry_run: bool, approve: bool, again: bool
) -> int:
    try:
        with progress("Reading both trackers"):
            plan = look_at_mirror(first, second, wall_clock(), one_way=one_way, approved=approve)
        if dry_run or plan.idle:
            _show(plan)
            if dry_run:
                return 0
        done = carry_out_mirror(plan, who=who_asks())
    except (TrackerError, PlanRefused, AlreadyRunning) as problem:
        if not again:
            raise
        err.print(Text(f"{wall_clock():%H:%M} {problem}", style="yellow"))
        return problem.exit_code
    if not plan.idle:
        _tell(plan, done)
    if plan.on_one_side and not again:
        some = ", ".join(plan.on_one_side[:5]) + (" ..." if len(plan.on_one_side) > 5 else "")
        err.print(
            Text(
                f"Deleted on one side and left on the other: {some}. Delete them there if that is meant."
            )
        )
    return 75 if done.missed else 0


def _show(plan: MirrorPlan) -> None:
    if plan.idle:
        out.print("Both are in step.")
        return
    for side, other in ((plan.second, plan.first), (plan.first, plan.second)):
        cells, rows = counted(len(side.changes), "cell"), counted(len(side.rows), "row")
        out.print(Text(f"{side.name} would get {cells} and {rows} from {other.name}."))
    if plan.conflicts:
        out.print(f"{counted(len(plan.conflicts), 'cell')} changed on both sides.")


def _tell(plan: MirrorPlan, done: Mirrored) -> None:
    for side, (cells, rows) in ((plan.second, done.second), (plan.first, done.first)):
        out.print(Text(f"{side.name} got {counted(cells, 'cell')} and {counted(rows, 'row')}."))
    if done.conflicts:
        out.print(
            f"{counted(done.conflicts, 'conflict')} on the tab Conflicts of {plan.first.name}."
        )
    if done.missed:
        why = done.why.rstrip(".")
        err.print(
            Text(
                f"{counted(done.missed, 'cell or row', 'cells or rows')} could not be written: {why}.",
                style="yellow",
            )
        )


def _config(path: Path) -> Path:
    return path / "config.yaml" if path.is_dir() else path


def _seconds(every: str | None) -> float | None:
    if every is None:
        return None
    try:
        seconds = parse_span(every, working_days=False).seconds
    except ValueError:
        seconds = 0
    if seconds < _SHORTEST.total_seconds():
        raise UsageError(f"--every says “{every}”. Write a time of at least 30s, like 5m or 1h.")
    return float(seconds)
