"""The generated parts of the documents: one function for each, giving Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import click
import numpy as np

from sheetsync.cli.main import VERBS, cli
from sheetsync.config.example import reference_table
from sheetsync.domain.conditions.describe import describe
from sheetsync.domain.decision import Decision, Situation, decide
from sheetsync.domain.kpi.registry import DEFINITIONS, NOT_RECORDED
from sheetsync.domain.kpi.words import target_words, value_words
from sheetsync.domain.milestones.kinds import KINDS
from sheetsync.domain.rules import ColumnRule, Condition, Rulebook, StatusRule, TargetRule
from sheetsync.domain.wording import span_words
from sheetsync.rulebook import load_rules
from sheetsync.rulebook.names import COMPUTED

ROOT: Final = Path(__file__).resolve().parents[1]
_HELP_WIDTH: Final = 92


@cache
def rules() -> Rulebook:
    """The shipped rules."""
    return load_rules(ROOT / "rules")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells may hold anything but line breaks."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _words(condition: Condition) -> str:
    titles = {key: column.title for key, column in rules().columns.items()}
    return describe(condition, rules(), titles)


# -- rules.md ---------------------------------------------------------------------------------------


def columns() -> str:
    """Every column of columns.yaml."""
    headings = ("Key", "Heading", "Owner", "Type", "Needed", "In a new tracker", "What it is")
    return table(headings, (_column(key, rule) for key, rule in rules().columns.items()))


def _column(key: str, rule: ColumnRule) -> Sequence[str]:
    needed = "always" if rule.required else ""
    if rule.required_when is not None:
        needed = f"when {_words(rule.required_when)}"
    if rule.default:
        needed = f"empty counts as {rule.default}"
    shown = {"shown": "yes", "hidden": "hidden", "no": "no"}[rule.template]
    return (f"`{key}`", rule.title, rule.owner, rule.type, needed, shown, rule.help)


def checks() -> str:
    """Every row check of columns.yaml."""
    rows = ((f"`{c.id}`", c.severity, c.message) for c in rules().checks)
    return table(("Id", "Severity", "What the row says"), rows)


def statuses() -> str:
    """Every status of statuses.yaml."""
    book = rules().statuses
    spellings: dict[str, list[str]] = {name: [] for name in book.statuses}
    for text, name in book.aliases.items():
        if text != name.casefold():
            spellings[name].append(text)
    headings = ("Status", "Kind", "Stage whose clock runs", "Order", "Also understood")
    return table(headings, (_status(rule, spellings[name]) for name, rule in book.statuses.items()))


def _status(rule: StatusRule, spellings: Sequence[str]) -> Sequence[str]:
    stage = rule.stage
    if rule.means:
        stage = f"stands for {', '.join(rule.means)}"
    elif rule.pauses:
        which = "all stages" if "*" in rule.pauses else " and ".join(rule.pauses)
        stage = f"{stage}; pauses {which}" if stage else f"pauses {which}"
    order = "open" if rule.open else "closed"
    if rule.exception:
        order += ", an exception"
    return (rule.name, rule.kind.replace("_", " "), stage, order, ", ".join(spellings))


def targets() -> str:
    """Every clock of sla.yaml with its limits."""
    headings = ("Id", "Stage", "Starts with", "Stops with", "Limit", "Hours that count")
    return table(headings, (_target(target) for target in rules().targets))


def _target(target: TargetRule) -> Sequence[str]:
    return (
        f"`{target.id}`", target.stage or "the promise to the customer", f"`{target.starts}`",
        f"`{target.stops}`", _limits(target), f"`{target.calendar}`",
    )  # fmt: skip


def _limits(target: TargetRule) -> str:
    if target.due:
        until = ", until the end of that day" if target.compare == "end_of_day" else ""
        return f"the moment in `{target.due}`{until}"
    parts = []
    for line in target.lines:
        limit = span_words(line.within) if line.within is not None else ""
        case = _words(line.when)
        parts.append(f"{limit} when {case}" if case else f"{limit} for all the rest")
    return "; ".join(parts)


def letters() -> str:
    """The letters: what each tells of, from when it ages, what it cannot do without."""
    return table(
        ("Letter", "Tells", "Ages from", "Always needs", "Left out once it is"),
        (
            (
                f"`{name}`",
                kind.title,
                f"`{kind.at}`" if kind.at else "told as long as it holds",
                ", ".join(f"`{fact}`" for fact in kind.needs),
                ", ".join(KINDS[other].title.lower() for other in kind.overtaken_by),
            )
            for name, kind in KINDS.items()
        ),
    )


def computed() -> str:
    """The names of the fields that a `when:` may ask about beside the columns."""
    return ", ".join(f"`{name}`" for name in COMPUTED) + "."


# -- status.md --------------------------------------------------------------------------------------

_LEVELS: Final = (
    ("nothing", 0, False), ("allocated", 1, False), ("allocated, with a name", 1, True),
    ("picked", 2, False), ("packed", 3, False), ("dispatched", 4, False), ("delivered", 5, False),
)  # fmt: skip
"""Heading, how many of the five pieces of evidence are there, whether Handled By is filled in."""

_SHORT: Final[Mapping[str, str]] = {
    "status_behind_ticks": "behind", "status_ahead_of_ticks": "ahead",
    "hold_after_dispatch": "left already", "backordered_but_packed": "packed already",
    "needs_dispatch": "not left", "cancelled_but_dispatched": "left already",
    "closed_evidence_but_open_exception": "arrived already", "unknown_status": "unknown",
}  # fmt: skip


def decision_table() -> str:
    """What becomes of each typed status against each furthest evidence, as the code decides it."""
    typed = ["", *rules().statuses.statuses, "?"]
    headings = ("A person typed", *(f"{name}" for name, _, _ in _LEVELS))
    lines = [
        [_typed_name(word), *(_verdict(word, *level[1:]) for level in _LEVELS)] for word in typed
    ]
    return table(headings, lines)


def _typed_name(word: str) -> str:
    return {"": "(empty)", "?": "(an unknown word)"}.get(word, word)


def _verdict(word: str, level: int, handler: bool) -> str:  # noqa: FBT001 - one column of _LEVELS
    answer = _decided(word, level, handler=handler)
    flags = [_SHORT[rule] for rule, mask in answer.flags.items() if mask[0]]
    said = f"**{answer.shown[0]}**" if answer.worker_writes[0] else "stays"
    return ", ".join([said, *dict.fromkeys(flags)])


def _decided(word: str, level: int, *, handler: bool) -> Decision:
    no = np.array([False])
    case = Situation(
        ticks=np.array([[place < level for place in range(5)]]), handler=np.array([handler]),
        typed=np.array(["" if word == "?" else word], dtype=object), unknown=np.array([word == "?"]),
        edited=np.array([bool(word)]), moved_on=no, retracted=no, quiet=no,
    )  # fmt: skip
    return decide(case, rules().statuses)


# -- kpis.md ----------------------------------------------------------------------------------------


def kpis() -> str:
    """Every KPI with its definition, its attribution and its target."""
    headings = ("Id", "Name", "Unit", "Counted by", "Definition", "Target")
    found = rules().kpi.targets
    rows = (
        (f"`{kpi.id}`", kpi.name, kpi.unit, kpi.attribution, kpi.words,
         _kpi_target(found.get(kpi.id), kpi.unit))
        for kpi in DEFINITIONS.values()
    )  # fmt: skip
    return table(headings, rows)


def _kpi_target(target: object, unit: str) -> str:
    words = target_words(target, unit)  # type: ignore[arg-type]
    seed = getattr(target, "seed", "")
    return f"{words} [{seed}]" if seed else words


def not_measured() -> str:
    """KPIs that nothing in today's tracker can tell."""
    rows = ((f"`{id_}`", DEFINITIONS[id_].name, why) for id_, why in NOT_RECORDED.items())
    return table(("Id", "Name", "Why not, and what would switch it on"), rows)


def kpi_targets() -> str:
    """The targets of kpi.yaml."""
    rows = []
    for id_, target in rules().kpi.targets.items():
        unit = DEFINITIONS[id_].unit
        near = value_words(target.near, unit) if target.near else ""
        origin = f"the documents [{target.seed}]" if target.seed else "our placeholder"
        rows.append((f"`{id_}`", target_words(target, unit), near, origin))
    return table(("KPI", "Target", "Amber when missed by no more than", "Whose figure"), rows)


# -- commands.md, operations.md -----------------------------------------------------------------------


def commands() -> str:
    """Every verb with its help."""
    top = click.Context(
        cli, info_name="sheetsync", terminal_width=_HELP_WIDTH, max_content_width=_HELP_WIDTH,
        help_option_names=["-h", "--help"],
    )  # fmt: skip
    parts = [_help(cli, top, "##")]
    for verb in VERBS:
        command = cli.get_command(top, verb)
        assert command is not None
        parts.append(_with_below(command, top, verb))
    return "\n\n".join(parts)


def _with_below(command: click.Command, parent: click.Context, verb: str) -> str:
    here = _context(command, parent, verb)
    parts = [_help(command, here, "##")]
    if isinstance(command, click.Group):
        for name in command.list_commands(here):
            below = command.get_command(here, name)
            if below is not None:
                parts.append(_help(below, _context(below, here, name), "###"))
    return "\n\n".join(parts)


def _context(command: click.Command, parent: click.Context, name: str) -> click.Context:
    return click.Context(
        command, info_name=name, parent=parent, terminal_width=_HELP_WIDTH,
        max_content_width=_HELP_WIDTH,
    )  # fmt: skip


def _help(command: click.Command, context: click.Context, level: str) -> str:
    lines = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"{level} {context.command_path}\n\n```text\n{lines}\n```"


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "columns": columns,
    "checks": checks,
    "statuses": statuses,
    "targets": targets,
    "letters": letters,
    "computed-fields": computed,
    "decision-table": decision_table,
    "kpis": kpis,
    "kpis-not-measured": not_measured,
    "kpi-targets": kpi_targets,
    "commands": commands,
    "settings": reference_table,
}
"""Name of a block -> what makes it."""
