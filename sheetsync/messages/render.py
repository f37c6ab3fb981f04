"""From frozen facts to a subject, a plain text and an HTML body, or to one SMS.

Templates stand in the package, one folder per kind, other languages under `i18n/`; a file of the same name
in the owner's folder wins. They see plain values only, and the sender as the configuration has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

from sheetsync.domain.language_tags import parse_tag
from sheetsync.errors import ConfigError, MailError
from sheetsync.messages.addresses import one_line
from sheetsync.messages.brand import Brand
from sheetsync.messages.facts import filled
from sheetsync.messages.kinds import MAIL_PARTS, SMS_PART
from sheetsync.messages.languages import ENGLISH, Language, preferred
from sheetsync.messages.sandbox import BUDGET, Budget, FencedEnvironment, bounded_text
from sheetsync.messages.sms import Sms, sms
from sheetsync.messages.spoken import FILTERS, LANGUAGE
from sheetsync.messages.words import words_of

_TROUBLE: Final = (
    TemplateError, RecursionError, ArithmeticError, LookupError, TypeError, ValueError, OSError, ConfigError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One message in words; `language` is the tag of the language that it is written in."""

    subject: str
    text: str
    html: str
    language: str = ENGLISH


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSms:
    """One SMS in words, and its language."""

    sms: Sms
    language: str


class Renderer:
    """Renders the kinds for which there are templates."""

    def __init__(self, owner_folder: Path | None = None, brand: Brand | None = None) -> None:
        self.brand = brand or Brand()
        owners = [] if owner_folder is None else [FileSystemLoader(owner_folder)]
        self._loaders: tuple[BaseLoader, ...] = (*owners, PackageLoader("sheetsync.messages"))
        self._environment = FencedEnvironment(
            ChoiceLoader(self._loaders),
            select_autoescape(enabled_extensions=("html", "html.j2"), default=False),
        )
        self._environment.filters.update(FILTERS)
        self._found: dict[tuple[str, str, tuple[str, ...]], Language] = {}
        self._words: dict[str, Mapping[str, Any]] = {}
        self._brand = self.brand.facts()

    def render(self, kind: str, facts: Mapping[str, Any]) -> Rendered:
        """The message of `kind` with these facts, in the language of `locale` among them or the next best.

        Raises MailError (permanent) when its template fails.
        """
        known, language = self._prepared(kind, facts, MAIL_PARTS)
        subject = one_line(self._part(kind, "subject.txt", language, known))
        known["subject"] = known["subject"] or subject
        text, html = (self._part(kind, part, language, known) for part in MAIL_PARTS[1:])
        return Rendered(subject=subject, text=tidy(text), html=html.lstrip(), language=language.tag)

    def sms(self, kind: str, facts: Mapping[str, Any]) -> RenderedSms:
        """The SMS of `kind`; raises MailError (permanent) when its template fails or there is none."""
        known, language = self._prepared(kind, facts, (SMS_PART,))
        return RenderedSms(
            sms=sms(self._part(kind, SMS_PART, language, known)), language=language.tag
        )

    def language(self, kind: str, asked: str, parts: tuple[str, ...] = MAIL_PARTS) -> Language:
        """The first language of the recipient's, the company's and English that has all `parts`."""
        key = (kind, asked, parts)
        if key not in self._found:
            wanted = preferred(asked, self.brand.locale)
            self._found[key] = next(
                (one for one in wanted if self._has(kind, parts, one)), Language(ENGLISH)
            )
        return self._found[key]

    def file_of(self, kind: str, part: str, asked: str) -> Path:
        """The file from which `part` of a message comes, for a reader of the language `asked`."""
        parts = (SMS_PART,) if part == SMS_PART else MAIL_PARTS
        language = self.language(kind, parse_tag(asked), parts)
        return Path(self._template(kind, part, language).filename or part)

    def lacking_words(self, tag: str) -> list[str]:
        """The words that the language `tag` has none for; raises ConfigError for a bad file of words."""
        own, all_words = (
            words_of(language, self._loaders, self._environment, alone=alone)
            for language, alone in ((Language(tag), True), (Language(ENGLISH), False))
        )
        return [name for name in all_words if name not in own]

    def _prepared(
        self, kind: str, facts: Mapping[str, Any], parts: tuple[str, ...]
    ) -> tuple[dict[str, Any], Language]:
        known = filled(kind, facts)
        language = self.language(kind, parse_tag(str(known["locale"])), parts)
        known |= {
            "brand": self._brand,
            "contact": _contact(known, self._brand),
            "words": self._words_of(language, kind),
            "language": language.code,
            "direction": language.locale.text_direction if language.tag != ENGLISH else "ltr",
            LANGUAGE: language.tag,
        }
        return known, language

    def _words_of(self, language: Language, kind: str) -> Mapping[str, Any]:
        if language.tag not in self._words:
            try:
                found = words_of(language, self._loaders, self._environment)
            except _TROUBLE as error:
                raise _unusable(kind, error) from error
            self._words[language.tag] = found
        return self._words[language.tag]

    def _has(self, kind: str, parts: tuple[str, ...], language: Language) -> bool:
        if language.tag == ENGLISH:
            return True
        try:
            for part in parts:
                self._template(kind, part, language)
        except TemplateNotFound:
            return False
        except _TROUBLE:
            return True  # it is there; what is wrong with it is told when it is rendered
        return True

    def _template(self, kind: str, part: str, language: Language) -> Template:
        return self._environment.select_template(
            [f"{folder}{kind}/{part}.j2" for folder in language.folders]
        )

    def _part(self, kind: str, part: str, language: Language, facts: Mapping[str, Any]) -> str:
        name = f"{kind}/{part}.j2"
        try:
            template = self._template(kind, part, language)
            name = template.name or name
            return bounded_text(template.generate({**facts, BUDGET: Budget()}))
        except _TROUBLE as error:
            raise _unusable(name, error) from error


def _contact(known: Mapping[str, Any], brand: Mapping[str, Any]) -> dict[str, str]:
    """Where questions go: to the desk named with the notice, else to the one in the configuration."""
    if known.get("contact_email") or known.get("contact_phone"):
        told = {name: known[f"contact_{name}"] for name in ("name", "email", "phone")}
        return {**told, "hours": "", "help_page": ""}
    return {"name": "", **{name: brand[name] for name in ("email", "phone", "hours", "help_page")}}


def template_place(error: BaseException) -> tuple[str, int]:
    """The template file and line at which rendering failed; ("", 0) where that is not known."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or "", error.lineno
    place, trace = ("", 0), error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            place = file, trace.tb_lineno
        trace = trace.tb_next
    return place


def tidy(text: str) -> str:
    """No trailing blanks, never two empty lines, one line end at the end."""
    lines: list[str] = []
    for line in (raw.rstrip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


def _unusable(name: str, error: Exception) -> MailError:
    file, line = template_place(error)
    if file.endswith(name):
        place = f"{name}:{line}"
    else:  # the mistake is in another template, from which this one takes a part
        place = f"{name} (at {Path(file).name}:{line})" if file else name
    return MailError(
        f"The template {place} cannot be used ({one_line(_said(error), 200)}). "
        "Correct it in the templates folder, or delete it there to use the one we ship.",
        permanent=True,
    )


def _said(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"the template {error.name} that it takes a part from is missing"
    return str(error)
