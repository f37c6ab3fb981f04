"""The owner's look at every message: the templates and the sender of the configuration, invented orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheetsync.config import Config
from sheetsync.domain.language_tags import is_known_language, parse_tag
from sheetsync.errors import Problem, UsageError
from sheetsync.messages.compose import Composer
from sheetsync.messages.kinds import KINDS
from sheetsync.messages.preview import Preview, write_preview
from sheetsync.messages.render import Renderer
from sheetsync.messages.template_check import template_problems
from sheetsync.worker.mailing import FALLBACK_SENDER, brand
from sheetsync.yamlfiles.words import did_you_mean

SHIPPED_LOCALES: Final = ("en", "de")
_SAMPLE_SECRET: Final = b"for sample letters, which nobody gets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was written, and what is wrong with the owner's own templates."""

    preview: Preview
    problems: tuple[Problem, ...]


def preview(config: Config, folder: Path, *, kind: str = "", locales: Sequence[str] = ()) -> Looked:
    """Write every message (or those of one `kind`) with sample data into `folder`.

    Raises UsageError for a kind or a language that there is not, MailError when the folder cannot be
    written.
    """
    if kind and kind not in KINDS:
        raise UsageError(
            f"There is no message “{kind}”{did_you_mean(kind, KINDS)}. They are: {', '.join(KINDS)}."
        )
    chosen = tuple(_locale(text) for text in locales) or _locales(config)
    mail = config.mail
    composer = Composer(
        renderer=Renderer(config.templates, brand(config)),
        sender=str(mail.from_ or FALLBACK_SENDER),
        secret=_SAMPLE_SECRET,
        sender_name=mail.from_name,
        reply_to=str(mail.reply_to or ""),
        mail_domain=mail.message_domain or "",
    )
    made = write_preview(composer, folder, kinds=(kind,) if kind else KINDS, locales=chosen)
    return Looked(preview=made, problems=tuple(owner_template_problems(config)))


def owner_template_problems(config: Config) -> list[Problem]:
    """What is wrong with the templates in the folder that the configuration names."""
    return template_problems(config.templates, brand(config)) if config.templates else []


def _locale(text: str) -> str:
    tag = parse_tag(text)
    if not tag or not is_known_language(tag):
        raise UsageError(
            f"--locale says “{text}”, which is not a language. Write it like de or en_US."
        )
    return tag


def _locales(config: Config) -> tuple[str, ...]:
    """The languages there are templates in: the company's first, then the shipped and the owner's own."""
    place = config.templates / "i18n" if config.templates else None
    own = (
        sorted(path.name for path in place.iterdir() if path.is_dir())
        if place and place.is_dir()
        else []
    )
    known = [tag for tag in own if parse_tag(tag) == tag and is_known_language(tag)]
    return tuple(dict.fromkeys((config.brand.locale, *SHIPPED_LOCALES, *known)))
