"""Every template with sample data, as files to look at: mails, pages, plain texts and an index.

Nothing is sent, and nothing is asked of the network. A template that cannot be used is told on the index in
its place, so that one mistake hides no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from sheetsync.errors import MailError
from sheetsync.messages.compose import Composer
from sheetsync.messages.kinds import CUSTOMER_KINDS, KINDS, VENDOR_KINDS
from sheetsync.messages.policy import wire_bytes
from sheetsync.messages.samples import SAMPLE_MOMENT, sample
from sheetsync.messages.sms import Sms

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One kind in one language: the files made for it, or what is wrong with its templates."""

    kind: str
    locale: str
    stem: str
    subject: str = ""
    language: str = ""
    """The language it is written in, which may be another than asked for."""
    sms: Sms | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What was made in `folder`."""

    folder: Path
    entries: tuple[Previewed, ...] = field(default=())

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with templates, each in one sentence."""
        return tuple(entry.problem for entry in self.entries if entry.problem)


def write_preview(
    composer: Composer,
    folder: Path,
    *,
    kinds: Sequence[str] = KINDS,
    locales: Sequence[str] = ("en",),
) -> Preview:
    """Write .eml, .html and .txt of each kind in each locale, and index.html, into `folder`.

    Raises MailError when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        entries = tuple(
            _one(composer, folder, kind, locale) for kind in kinds for locale in locales
        )
        (folder / INDEX).write_text(_index(entries, locales), encoding="utf-8")
    except OSError as error:
        raise MailError(
            f"The preview cannot be written to {folder} ({error.strerror}). Name another folder with --out.",
            permanent=True,
        ) from error
    return Preview(folder=folder, entries=entries)


def _one(composer: Composer, folder: Path, kind: str, locale: str) -> Previewed:
    stem = f"{kind}.{locale}"
    row = sample(kind, locale)
    try:
        letter = composer.compose(row, SAMPLE_MOMENT)
        told = composer.renderer.sms(kind, row.context) if kind in CUSTOMER_KINDS else None
    except MailError as error:
        return Previewed(kind=kind, locale=locale, stem=stem, problem=str(error))
    text, html = (letter.message.get_body((part,)) for part in ("plain", "html"))
    sms = told.sms if told else None
    words = str(text.get_content()) if text else ""
    (folder / f"{stem}.eml").write_bytes(wire_bytes(letter.message))
    (folder / f"{stem}.html").write_text(str(html.get_content()) if html else "", encoding="utf-8")
    also = f"\nSMS: {sms.text}\n" if sms else ""
    subject = str(letter.message["Subject"])
    (folder / f"{stem}.txt").write_text(f"Subject: {subject}\n\n{words}{also}", encoding="utf-8")
    language = str(letter.message["Content-Language"] or locale)
    return Previewed(
        kind=kind, locale=locale, stem=stem, subject=subject, language=language, sms=sms
    )


def _index(entries: Sequence[Previewed], locales: Sequence[str]) -> str:
    pages = Environment(
        loader=PackageLoader("sheetsync.messages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("folder/preview.html.j2").render(
        groups=list(_groups(entries)), locales=locales, problems=[e for e in entries if e.problem]
    )


def _groups(entries: Sequence[Previewed]) -> Iterator[tuple[str, list[Previewed]]]:
    for title, kinds in (("To customers", CUSTOMER_KINDS), ("To vendors", VENDOR_KINDS)):
        yield title, [entry for entry in entries if entry.kind in kinds]
    outside = {*CUSTOMER_KINDS, *VENDOR_KINDS}
    yield "To your own people", [entry for entry in entries if entry.kind not in outside]
