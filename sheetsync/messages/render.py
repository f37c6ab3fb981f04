"""From frozen facts to a subject, a plain text and an HTML body.

Templates stand in the package, one folder per kind; a file of the same name in the owner's folder
wins. They see plain values only. Facts that a notice may lack get blank values here, so that the
templates themselves can stay strict: a misspelt name is an error, not a hole in a mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, TemplateError, select_autoescape

from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line
from sheetsync.messages.sandbox import BUDGET, Budget, FencedEnvironment, bounded_text

ROW_FACTS: Final = (
    "order", "stage", "state", "text", "since", "limit", "due", "over", "handler", "next_step",
    "priority", "customer", "carrier", "vendor", "left", "counted_in", "status", "note",
)  # fmt: skip
_FACTS: Final[Mapping[str, Any]] = {
    "recipient_name": "", "subject": "", "level": 0, "rows": (), "more": 0, "tracker": "", "remarks": (),
    "count": 0, "limit": 0, "scope": "", "orders": (), "problems": (), "using": "", "since": "", "as_of": "", "audience": "",
}  # fmt: skip
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message in words."""

    subject: str
    text: str
    html: str


class Renderer:
    """Renders the kinds for which there are templates."""

    def __init__(self, owner_folder: Path | None = None) -> None:
        loaders = [] if owner_folder is None else [FileSystemLoader(owner_folder)]
        self._environment = FencedEnvironment(
            ChoiceLoader([*loaders, PackageLoader("sheetsync.messages")]),
            select_autoescape(enabled_extensions=("html", "html.j2"), default=False),
        )

    def render(self, kind: str, facts: Mapping[str, Any]) -> Rendered:
        """The message of `kind` with these facts. Raises MailError (permanent) when its template fails."""
        filled = _filled(facts)
        subject, text, html = (
            self._part(f"{kind}/{part}.j2", filled)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return Rendered(subject=one_line(subject), text=_tidy(text), html=html)

    def _part(self, name: str, facts: Mapping[str, Any]) -> str:
        try:
            template = self._environment.get_template(name)
            return bounded_text(template.generate({**facts, BUDGET: Budget()}))
        except (
            TemplateError,
            RecursionError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise MailError(
                f"The template {name} cannot be used ({one_line(str(error), 200)}). "
                "Correct it in the templates folder, or delete it there to use the one we ship.",
                permanent=True,
            ) from error


def _filled(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {**_FACTS, **{key: _plain(value) for key, value in facts.items()}}
    known["rows"] = [
        {**dict.fromkeys(ROW_FACTS, ""), **row, "tells_handler": "handler" in row}
        for row in known["rows"]
        if isinstance(row, Mapping)
    ]
    return known


def _plain(value: Any) -> Any:
    """Text, numbers, lists and mappings of those; a missing value is blank; long text is cut."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_plain(entry) for entry in value]
    return one_line(str(value), _LONGEST)


def _tidy(text: str) -> str:
    """No trailing blanks, never two empty lines, one line end at the end."""
    lines: list[str] = []
    for line in (raw.rstrip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
