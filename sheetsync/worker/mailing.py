"""How mails leave by the configuration: the way out, who writes them, and what Sync Status says of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from sheetsync.config import Config
from sheetsync.domain.rules import NotificationRules
from sheetsync.messages.brand import Brand
from sheetsync.messages.compose import Composer
from sheetsync.messages.folder import FolderTransport
from sheetsync.messages.outbox import RESEND_KINDS, CustomerPolicy, DeliveryPolicy
from sheetsync.messages.render import Renderer
from sheetsync.messages.smtp import SmtpSettings, SmtpTransport
from sheetsync.messages.transports import OffTransport, Transport
from sheetsync.store.store import Store

SWITCHED_OFF: Final = "Notices to customers are off (mode in notifications.yaml)."
FALLBACK_SENDER: Final = "sheetsync@localhost.localdomain"


def transport(config: Config, environment: Mapping[str, str]) -> Transport[Any]:
    """How mails leave; raises MailError or ConfigError where it cannot be."""
    mail = config.mail
    match mail.mode:
        case "off":
            return OffTransport()
        case "folder":
            return FolderTransport(mail.folder, config.tracker.timezone)
        case "smtp":
            return SmtpTransport(
                SmtpSettings(
                    host=str(mail.host),
                    port=mail.server_port,
                    tls=mail.tls,
                    username=mail.username or "",
                    password=mail.password.resolve(environment) if mail.password else "",
                    timeout=float(mail.timeout.total_seconds()),
                    cafile=mail.ca_file,
                )
            )


def composer(config: Config, store: Store) -> Composer:
    """Makes letters with the owner's templates and the store's secret."""
    mail = config.mail
    return Composer(
        renderer=Renderer(config.templates, brand(config)),
        sender=str(mail.from_ or FALLBACK_SENDER),
        secret=store.secret("message_id", secrets.token_bytes(32)),
        sender_name=mail.from_name,
        reply_to=str(mail.reply_to or ""),
        mail_domain=mail.message_domain or "",
    )


def brand(config: Config) -> Brand:
    """Who speaks in letters to people outside."""
    chosen = config.brand
    return Brand(
        name=chosen.name or config.mail.from_name,
        locale=chosen.locale,
        colour=chosen.colour,
        background=chosen.background,
        logo=chosen.logo or "",
        email=chosen.email or "",
        phone=chosen.phone or "",
        hours=chosen.hours or "",
        help_page=chosen.help_page or "",
        imprint=tuple(chosen.imprint),
        reply_to=chosen.reply_to or "",
    )


def policy(config: Config, rules: NotificationRules | None) -> DeliveryPolicy:
    """What the owner decides about delivery; `rules` None: nothing goes to customers."""
    only_to = frozenset(config.mail.only_to)
    if rules is None:
        return DeliveryPolicy(only_to=only_to, alone=True)
    kinds = {milestone.template: milestone for milestone in rules.milestones}
    customers = CustomerPolicy(
        stopped=SWITCHED_OFF if rules.mode == "off" else "",
        quiet=rules.quiet,
        any_hour=frozenset(kind for kind, milestone in kinds.items() if milestone.any_hour),
        timezone=config.tracker.timezone,
        per_person=rules.per_person_a_day,
        per_order=rules.per_order_a_day,
    )
    again = {kind for kind, milestone in kinds.items() if milestone.recover == "resend"}
    return DeliveryPolicy(
        only_to=only_to, alone=True, customers=customers, resend_kinds=RESEND_KINDS | again
    )


def whereto(config: Config) -> str:
    """Where mails go, for Sync Status."""
    mail = config.mail
    return {
        "off": "nowhere (mail is off)",
        "folder": f"to the folder {mail.folder.name}, not to people",
        "smtp": f"through {mail.host}",
    }[mail.mode]
