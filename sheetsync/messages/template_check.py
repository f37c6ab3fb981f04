"""Looks an owner's mail templates over before a customer meets them; every problem with its file and line.

Each is rendered with sample data, once with all facts and once with hardly any, in each language that the
folder holds. An SMS must fit into one part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sheetsync.domain.language_tags import is_known_language, parse_tag
from sheetsync.errors import ConfigError, MailError, Problem
from sheetsync.messages.brand import Brand
from sheetsync.messages.kinds import CUSTOMER_KINDS, KINDS, MAIL_PARTS, SMS_PART
from sheetsync.messages.languages import ENGLISH
from sheetsync.messages.render import Renderer, template_place
from sheetsync.messages.samples import sample_facts
from sheetsync.messages.sms import ONE_PART, Sms
from sheetsync.messages.words import WORDS
from sheetsync.yamlfiles.words import did_you_mean

_SHARED: Final = frozenset(
    {"base.html.j2", "letter.html.j2", "letter.txt.j2", "_letter.html.j2", "_letter.txt.j2",
     "_macros.html.j2", "_digest.j2"}
)  # fmt: skip
_SHOWN: Final = 8
_PARTS: Final = frozenset(f"{part}.j2" for part in (*MAIL_PARTS, SMS_PART))


@dataclass(frozen=True, slots=True)
class _Place:
    """A file of the owner's folder: its language ("" for English ones), its kind ("" for shared ones)."""

    path: Path
    locale: str
    kind: str
    name: str


def template_problems(folder: Path, brand: Brand | None = None) -> list[Problem]:
    """What is wrong with the templates in `folder`, in the order of its files; nothing when all is well."""
    if not folder.is_dir():
        return []
    places = list(_places(folder))
    renderer = Renderer(folder, brand)
    found = [problem for place in places for problem in _misplaced(place)]
    found += [
        problem
        for place in places
        if place.name == WORDS
        for problem in _words_file(renderer, place)
    ]
    for locale, kind in sorted(_concerned(places)):
        found += _rendered(renderer, kind, locale, folder)
        found += _incomplete(folder, kind, locale, places)
    return list(dict.fromkeys(found))


def _places(folder: Path) -> Iterator[_Place]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not (path.suffix == ".j2" or path.name == WORDS):
            continue
        parts = list(path.relative_to(folder).parts)
        locale = ""
        if len(parts) > 2 and parts[0] == "i18n":
            locale = parts[1]
            parts = parts[2:]
        yield _Place(path, locale, "/".join(parts[:-1]), parts[-1])


def _misplaced(place: _Place) -> Iterator[Problem]:
    """A file that no message will ever use: its folder or its name is wrong."""
    words = ""
    if place.locale and parse_tag(place.locale) != place.locale:
        words = f'the folder "{place.locale}" is not a language; write it like de or pt_BR'
    elif place.locale and not is_known_language(place.locale):
        words = (
            f'the folder "{place.locale}" is not a language that we know; write it like de or pt_BR'
        )
    elif (
        place.name.startswith("_")
        or place.name == WORDS
        or (not place.kind and place.name in _SHARED)
    ):
        return
    elif place.kind not in KINDS:
        words = f'no message is called "{place.kind}"{did_you_mean(place.kind, KINDS)}'
        if not place.kind:
            words = "a template stands in the folder of its message, like shipped/body.txt.j2"
    elif place.name not in _PARTS:
        words = f'no message has a part "{place.name}"{did_you_mean(place.name, _PARTS)}'
    if words:
        yield Problem(str(place.path), 0, 0, words)


def _words_file(renderer: Renderer, place: _Place) -> Iterator[Problem]:
    """What is wrong in a file of words, and which words a language still lacks."""
    try:
        lacking = renderer.lacking_words(place.locale or ENGLISH)
    except ConfigError as error:
        yield from error.problems
        return
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        words = f"words are missing here and stay English: {', '.join(lacking[:_SHOWN])}{more}"
        yield Problem(str(place.path), 0, 0, words)


def _concerned(places: list[_Place]) -> set[tuple[str, str]]:
    """The languages and kinds to try: what is shared is part of them all."""
    found: set[tuple[str, str]] = set()
    for place in places:
        kinds = [place.kind] if place.kind in KINDS else list(KINDS)
        found |= {(place.locale or ENGLISH, kind) for kind in kinds}
    return {
        (locale, kind)
        for locale, kind in found
        if parse_tag(locale) == locale and is_known_language(locale)
    }


def _rendered(renderer: Renderer, kind: str, locale: str, folder: Path) -> Iterator[Problem]:
    full = sample_facts(kind, locale)
    bare: dict[str, Any] = {name: full[name] for name in ("order_id", "locale") if name in full}
    for facts in (full, bare):
        try:
            renderer.render(kind, facts)
        except MailError as error:
            yield from _told(error, folder)
        if kind in CUSTOMER_KINDS:
            yield from _sms(renderer, kind, facts, folder)


def _sms(
    renderer: Renderer, kind: str, facts: Mapping[str, Any], folder: Path
) -> Iterator[Problem]:
    try:
        told = renderer.sms(kind, facts)
    except MailError as error:
        yield from _told(error, folder)
        return
    file = renderer.file_of(kind, SMS_PART, str(facts.get("locale", "")))
    if told.sms.parts > 1 and file.is_relative_to(folder):
        yield Problem(str(file), 1, 1, _too_long(told.sms))


def _too_long(sms: Sms) -> str:
    if sms.foreign:
        return (
            f'this SMS has {sms.length} characters with sample data; with the sign "{sms.foreign}", which the '
            f"SMS alphabet lacks, only 70 fit into one: use another sign, or shorten it"
        )
    return f"this SMS has {sms.length} characters with sample data, and {ONE_PART} fit into one; shorten it"


def _told(error: MailError, folder: Path) -> Iterator[Problem]:
    cause = error.__cause__
    if isinstance(cause, ConfigError):
        yield from cause.problems
        return
    file, line = template_place(cause) if cause else ("", 0)
    place = Path(file) if file else folder
    yield Problem(str(place), line, 1 if line else 0, _words(cause, error))


def _words(cause: BaseException | None, error: MailError) -> str:
    said = str(cause or error).rstrip(".")
    if "is undefined" in said:
        return f"{said}: correct the name, or leave it out"
    return f"{said or type(cause).__name__}: correct it, or delete the file to use the one we ship"


def _incomplete(folder: Path, kind: str, locale: str, places: list[_Place]) -> Iterator[Problem]:
    """A language of which a message has some parts but not all is not used for it: that is told."""
    own = [place for place in places if place.locale == locale and place.kind == kind]
    language = Renderer(folder).language(kind, locale)
    if locale == ENGLISH or not own or language.tag == locale:
        return
    if language.name == locale.partition("_")[0]:
        return
    held = {place.name for place in own}
    missing = [f"{part}.j2" for part in MAIL_PARTS if f"{part}.j2" not in held]
    if missing:
        words = (
            f"this message has no {' and no '.join(missing)} in {locale}, so it is written in "
            f"{language.code}; add what is missing"
        )
        yield Problem(str(own[0].path.parent), 0, 0, words)
