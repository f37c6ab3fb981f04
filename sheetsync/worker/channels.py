"""The channels beside mail by the configuration: how each leaves, and why one cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sheetsync.config import Config
from sheetsync.config.channels import ChannelConfig
from sheetsync.domain.milestones.contact import EMAIL
from sheetsync.errors import ConfigError, MailError
from sheetsync.messages.calls import CallTransport
from sheetsync.messages.compose import Composer
from sheetsync.messages.note_files import FileTransport
from sheetsync.messages.notes import NoteWriter
from sheetsync.messages.transports import Transport, UnusableTransport
from sheetsync.messages.ways import ADDRESSES, Way, by_mail
from sheetsync.store.follow_ups import FollowUpBook

PHONE: Final = "phone"


def channels_of(config: Config) -> tuple[str, ...]:
    """The channels by which a customer can be told, in a fixed order: mail and calls are always among them."""
    return (EMAIL, PHONE, *sorted(config.channels))


def ways_of(
    config: Config,
    environment: Mapping[str, str],
    mail: Transport[Any],
    composer: Composer,
    book: FollowUpBook,
) -> dict[str, Way[Any]]:
    """Every channel by its name. One that cannot be used keeps no other one back."""
    ways: dict[str, Way[Any]] = {
        EMAIL: by_mail(mail, composer, per_hour=config.mail.per_hour),
        PHONE: Way(
            transport=CallTransport(book.log), write=NoteWriter(composer=composer, channel=PHONE).write,
            address=ADDRESSES[PHONE],
        ),
    }  # fmt: skip
    for name, settings in config.channels.items():
        writer = NoteWriter(composer=composer, channel=name, most_parts=settings.most_parts)
        ways[name] = Way(
            transport=usable(name, settings, environment), write=writer.write, address=ADDRESSES[name],
            only_to=frozenset(settings.only_to), per_hour=settings.per_hour,
        )  # fmt: skip
    return ways


def usable(name: str, settings: ChannelConfig, environment: Mapping[str, str]) -> Transport[Any]:
    """How a channel leaves, or a stand-in that says why it cannot."""
    try:
        return made(name, settings, environment)
    except (ConfigError, MailError) as wrong:
        return UnusableTransport(f"The channel {name} cannot be used: {wrong}")


def made(name: str, settings: ChannelConfig, environment: Mapping[str, str]) -> Transport[Any]:
    """How a channel leaves; raises ConfigError or MailError where it cannot."""
    # HTTP takes a while to import, and most workers need none.
    seconds = settings.timeout.total_seconds()
    match settings.kind:
        case "file":
            return FileTransport(Path(settings.folder or ""))
        case "webhook":
            from sheetsync.messages.webhook import WebhookSettings, WebhookTransport  # noqa: PLC0415

            secret = settings.secret.resolve(environment) if settings.secret else ""
            return WebhookTransport(
                WebhookSettings(
                    address=str(settings.address),
                    secret=secret,
                    timeout=seconds,
                    inside=settings.inside,
                )
            )
        case "apprise":
            from sheetsync.messages.services import ServiceSettings, ServiceTransport  # noqa: PLC0415

            url = settings.url.resolve(environment) if settings.url else ""
            return ServiceTransport(ServiceSettings(channel=name, url=url, timeout=seconds))
