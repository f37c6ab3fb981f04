"""All rule files as one set: a consistent Rulebook, or every problem of every file at once.

A broken file never stops the worker half-way: `load_or_last_good` keeps the last good set in force
and hands the problems over, to be shown and mended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final

from sheetsync.domain.rules import Rulebook
from sheetsync.errors import Problem, RulesError
from sheetsync.rulebook.calendar_file import CalendarFile, compile_calendars
from sheetsync.rulebook.carriers_file import (
    CarriersFile,
    compile_carriers,
    compile_words,
    with_transit,
)
from sheetsync.rulebook.columns_file import ColumnsFile, compile_checks, compile_columns
from sheetsync.rulebook.escalation_file import EscalationFile, compile_escalation
from sheetsync.rulebook.kpi_file import KpiFile, compile_kpi
from sheetsync.rulebook.names import collect
from sheetsync.rulebook.notifications_file import NotificationsFile, compile_notifications
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.sla_file import SlaFile, compile_targets
from sheetsync.rulebook.statuses_file import StatusesFile, compile_statuses
from sheetsync.yamlfiles.checking import Strict, check
from sheetsync.yamlfiles.document import read_document
from sheetsync.yamlfiles.words import did_you_mean

MODELS: Final[Mapping[str, type[Strict]]] = {
    "columns": ColumnsFile,
    "statuses": StatusesFile,
    "calendar": CalendarFile,
    "sla": SlaFile,
    "escalation": EscalationFile,
    "notifications": NotificationsFile,
    "carriers": CarriersFile,
    "kpi": KpiFile,
}
"""The rule files, by name without `.yaml`, in the order in which their problems are told."""

_COMPILERS: Final[Mapping[str, Callable[[Page, Any], Any]]] = {
    "columns": lambda page, model: (
        compile_columns(page, model),
        compile_checks(page, model),
        model.header_search_rows,
    ),
    "statuses": compile_statuses,
    "calendar": compile_calendars,
    "sla": compile_targets,
    "escalation": compile_escalation,
    "notifications": compile_notifications,
    "carriers": lambda page, model: (
        compile_carriers(page, model),
        model.unknown_carrier,
        compile_words(page, model.statuses, ("statuses",)),
    ),
    "kpi": compile_kpi,
}
_PACKED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The rules in force. `problems`: why the folder's own set is not in force (empty: it is)."""

    rulebook: Rulebook
    packed: str
    problems: tuple[Problem, ...] = ()


def load_rules(folder: str | FilePath) -> Rulebook:
    """The rule files of `folder`; raises RulesError with every problem found."""
    return load_texts(_read_folder(FilePath(folder)), str(folder))


def pack_rules(folder: str | FilePath) -> str:
    """The content of the rule files as one text, for the store; raises RulesError when not good."""
    return load_or_last_good(folder).packed


def load_packed(packed: str, folder: str = "the last good set") -> Rulebook:
    """The Rulebook of a text that `pack_rules` gave; raises RulesError when it is not one."""
    return load_texts(_unpack(packed), folder)


def load_or_last_good(folder: str | FilePath, last_good: str | None = None) -> Loaded:
    """The rules of `folder`, or of `last_good` (a packed set) with the folder's problems beside it.

    Raises RulesError with the folder's problems when there is no good set at all.
    """
    try:
        files = _read_folder(FilePath(folder))
        return Loaded(rulebook=load_texts(files, str(folder)), packed=_pack(files))
    except RulesError as wrong:
        if not last_good:
            raise
        rulebook = load_packed(last_good)
        return Loaded(rulebook=rulebook, packed=last_good, problems=wrong.problems)


def load_texts(files: Mapping[str, bytes | str], folder: str) -> Rulebook:
    """The Rulebook of files given as name (`sla.yaml`) -> content; raises RulesError."""
    problems = _missing_files(files)
    documents = {
        name: read_document(f"{name}.yaml", files[f"{name}.yaml"])
        for name in MODELS
        if f"{name}.yaml" in files
    }
    names = collect(documents)
    parts: dict[str, Any] = {}
    warnings: list[Problem] = _unread_files(files)
    for name, document in documents.items():
        model, found = check(document, MODELS[name])
        page = Page(document=document, names=names, problems=found)
        if model is not None:
            parts[name] = _COMPILERS[name](page, model)
        else:
            page.read_conditions()
        problems += sorted(page.problems, key=lambda p: (p.line, p.column))
        warnings += page.warnings
    if problems:
        raise RulesError(list(dict.fromkeys(problems)))
    return _rulebook(parts, files, folder, warnings)


def _rulebook(
    parts: Mapping[str, Any],
    files: Mapping[str, bytes | str],
    folder: str,
    warnings: list[Problem],
) -> Rulebook:
    columns, checks, search_rows = parts["columns"]
    carriers, unknown_carrier, parcel_words = parts["carriers"]
    return Rulebook(
        columns=columns,
        header_search_rows=search_rows,
        checks=checks,
        statuses=parts["statuses"],
        calendars=parts["calendar"],
        targets=parts["sla"],
        escalation=parts["escalation"],
        carriers=with_transit(carriers, parts["sla"]),
        unknown_carrier=unknown_carrier,
        parcel_words=parcel_words,
        kpi=parts["kpi"],
        notifications=parts["notifications"],
        hash=_hash(files),
        folder=folder,
        warnings=tuple(str(warning) for warning in warnings),
    )


def _read_folder(folder: FilePath) -> dict[str, bytes | str]:
    try:
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
    except OSError as error:
        raise RulesError(
            [Problem(str(folder), 0, 0, f"cannot be read: {error.strerror}")]
        ) from error


def _missing_files(files: Mapping[str, bytes | str]) -> list[Problem]:
    words = "this rule file is missing; put it back, or copy the shipped one"
    return [Problem(f"{name}.yaml", 0, 0, words) for name in MODELS if f"{name}.yaml" not in files]


def _unread_files(files: Mapping[str, bytes | str]) -> list[Problem]:
    known = [f"{name}.yaml" for name in MODELS]
    return [
        Problem(name, 0, 0, f"this file is not read{did_you_mean(name, known)}")
        for name in sorted(files)
        if name not in known
    ]


def _texts(files: Mapping[str, bytes | str]) -> dict[str, str]:
    names = (f"{name}.yaml" for name in MODELS)
    return {name: _text(files[name]) for name in names if name in files}


def _text(content: bytes | str) -> str:
    return content if isinstance(content, str) else content.decode("utf-8-sig")


def _hash(files: Mapping[str, bytes | str]) -> str:
    return hashlib.sha256(_pack(files).encode()).hexdigest()[:16]


def _pack(files: Mapping[str, bytes | str]) -> str:
    content = {"packed": _PACKED, "files": _texts(files)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _unpack(packed: str) -> dict[str, bytes | str]:
    try:
        content = json.loads(packed)
        if content["packed"] == _PACKED:
            return {str(name): str(text) for name, text in content["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        words = "the stored last good set of rules cannot be read"
        raise RulesError([Problem("rules", 0, 0, words)]) from error
    words = "the stored last good set of rules was kept by another version"
    raise RulesError([Problem("rules", 0, 0, words)])
