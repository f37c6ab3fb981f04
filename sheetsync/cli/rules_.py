"""`sheetsync rules`: check, test, describe and copy the rule files; needs no tracker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sheetsync.cli.output import out, plain
from sheetsync.cli.rules_view import show_examples, show_rules
from sheetsync.cli.wiring import wall_clock
from sheetsync.config import load_config
from sheetsync.domain.moments import scalar_to_local
from sheetsync.errors import ConfigError, UsageError
from sheetsync.resources import copy_rules, rules_folder
from sheetsync.rulebook import load_rules
from sheetsync.rulebook.schema import schemas, write_schemas
from sheetsync.worker.previewing import owner_template_problems
from sheetsync.worker.try_rules import try_examples

_USUAL_CONFIG = Path("config.yaml")


def _which_rules(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which folder of rules is meant."""
    config = click.option(
        "--config", "config_path", type=click.Path(path_type=Path),
        help="The rules that this configuration names; without it, those of ./config.yaml if there is "
        "one, else the shipped rules.",
    )  # fmt: skip
    folder = click.option(
        "--folder", type=click.Path(path_type=Path), help="A folder of rules, without any configuration."
    )  # fmt: skip
    return config(folder(function))


def _folder(config_path: Path | None, folder: Path | None) -> Path:
    """The folder meant; raises UsageError and ConfigError."""
    if folder is not None:
        if config_path is not None:
            raise UsageError("Give either --config or --folder, not both.")
        if not folder.is_dir():
            raise UsageError(f"There is no folder {folder}. Name the folder with your rules.")
        return folder
    if config_path is None and not _USUAL_CONFIG.is_file():
        return rules_folder()
    return rules_folder(load_config(config_path or _USUAL_CONFIG).rules)


def _try_templates(config_path: Path | None, folder: Path | None) -> None:
    """Raise ConfigError with what is wrong in the mail templates that the configuration names."""
    if folder is not None or (config_path is None and not _USUAL_CONFIG.is_file()):
        return
    problems = owner_template_problems(load_config(config_path or _USUAL_CONFIG))
    if problems:
        raise ConfigError(problems)


@click.group("rules", short_help="check, test and describe the rule files")
def command() -> None:
    """Check, test and describe the rules that an operations manager edits.

    After every change: sheetsync rules check, then sheetsync rules test. What a changed folder would
    have done in the past days: sheetsync simulate --rules DIR.
    """


@command.command("check", short_help="are the rule files good as one set?")
@_which_rules
def check(config_path: Path | None, folder: Path | None) -> None:
    """Read all rule files as one set; list every problem with file, line and column.

    With a configuration, mail templates of your own are tried out too, with sample data. Exit code 2
    when anything is wrong. When all is well: what is in force, in a few lines, and warnings about lines
    that never fire.
    """
    place = _folder(config_path, folder)
    rules = load_rules(place)
    _try_templates(config_path, folder)
    zones = {name: c.timezone for name, c in rules.calendars.items()}
    now = wall_clock()
    show_rules(rules, place, {n: scalar_to_local(now, z or "UTC").date() for n, z in zones.items()})


@command.command("test", short_help="work out the examples and compare")
@_which_rules
@click.option("--all", "everything", is_flag=True, help="Also name the examples that hold.")
def test(config_path: Path | None, folder: Path | None, everything: bool) -> int:
    """Work out every example of the folder's examples/*.yaml and compare it with what it expects.

    An example is a row, a moment, and the checks, status and SLA that you expect. Exit code 1 when
    one does not hold, 2 when the rules or the examples cannot be read.
    """
    place = _folder(config_path, folder)
    results = try_examples(place, load_rules(place))
    if not results:
        raise UsageError(
            f"There are no examples in {place / 'examples'}. "
            "Copy the shipped ones with sheetsync rules copy, and add your own."
        )
    show_examples(results, everything=everything)
    return int(not all(result.passed for result in results))


@command.command("schema", short_help="JSON schemas, so that an editor helps")
@click.argument(
    "name", required=False, type=click.Choice([*sorted(n.split(".")[0] for n in schemas())])
)
@click.option("--write", "write_to", type=click.Path(path_type=Path), metavar="DIR",
              help="Write every schema into this folder, such as rules/schema.")  # fmt: skip
def schema(name: str | None, write_to: Path | None) -> None:
    """Print the JSON schema of one rule file, or write all of them.

    With them an editor offers settings and values while you type.
    """
    if write_to is not None:
        made = write_schemas(write_to)
        out.print(f"{len(made)} schemas written to {write_to}.", soft_wrap=True)
    elif name is not None:
        plain(schemas()[f"{name}.schema.json"])
    else:
        for file in schemas():
            plain(file.removesuffix(".schema.json"))


@command.command("copy", short_help="copy the shipped rules into a folder of yours")
@click.argument("folder", type=click.Path(path_type=Path))
def copy(folder: Path) -> None:
    """Copy the shipped rules, schemas and examples to FOLDER; nothing is ever overwritten."""
    made = copy_rules(folder)
    out.print(
        f"{len(made)} files copied to {folder}. Name it in config.yaml (rules: {folder.name}), edit, "
        f"then run: sheetsync rules check --folder {folder}",
        soft_wrap=True,
    )
