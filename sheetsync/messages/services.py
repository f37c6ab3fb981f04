"""SMS and app messages through a service, by the library apprise (the extra `channels`).

A URL of apprise is both a key and a power: so it comes from the owner's configuration only, of the few services
listed here, without attachments; a cell supplies nothing but a telephone number or an ID, checked before. What the
library writes to its log is looked through for what became of a message, and is shown to nobody.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from sheetsync.errors import MailError
from sheetsync.messages.notes import Note
from sheetsync.messages.transports import Recovered, SendResult

SERVICES: Final[Mapping[str, frozenset[str]]] = {
    "sms": frozenset({"twilio", "vonage", "nexmo", "sns"}),
    "app": frozenset({"ntfy", "ntfys"}),
}
"""The schemes of URLs that each channel may use."""
_PLACE: Final = "{to}"
_REFUSED_OPTIONS: Final = frozenset({"attach", "attachment", "config", "email", "actions", "to"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TARGET: Final = re.compile(r"\+?[A-Za-z0-9_-]{1,64}")
_CODE: Final = re.compile(r"error=(\d{3,6})\b")
_NOT_CONNECTED: Final = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|SSLError"
)
_SUCCESS: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """The service of one channel; `url` holds its key. `timeout` in seconds."""

    channel: str
    url: str = field(repr=False)
    timeout: float = 10.0


def load_apprise() -> Any:
    """The library; raises MailError where it is not installed."""
    try:
        return importlib.import_module("apprise")
    except ImportError as missing:
        raise MailError(
            "apprise is not installed, so no service can be used. Install it with pip install 'sheetsync[channels]', "
            "or use kind: webhook or kind: file under channels in config.yaml.",
            permanent=False,
        ) from missing


class ServiceTransport:
    """Sends each message through one service."""

    def __init__(self, settings: ServiceSettings, load: Callable[[], Any] = load_apprise) -> None:
        self._settings = settings
        check_url(settings)
        self._library = load()
        self._asset = self._library.AppriseAsset(
            app_id="sheetsync", async_mode=False, http_redirects=False, secure_logging=True,
            image_url_mask="", image_url_logo="", service_timeout=settings.timeout * 2,
        )  # fmt: skip
        self.name = urlsplit(settings.url).scheme.lower()

    def send(self, note: Note, *, before_commit: Callable[[], None]) -> SendResult:
        """One message to one target; where the service gave no clear answer, that is in doubt."""
        service = self._service(note.recipient)
        before_commit()
        said: list[str] = []
        sender = self._library.Apprise(asset=self._asset)
        sender.add(service)
        title = note.subject if self._settings.channel == "app" else ""
        result = sender.notify(
            body=note.short, title=title, body_format="text",
            log_callback=lambda entry, _plugin: said.append(str(entry.message)),
            log_level=logging.DEBUG,
        )  # fmt: skip
        if int(getattr(result, "status", 1)) == _SUCCESS and result:
            return SendResult(outcome="sent")
        return judged(self.name, said)

    def recover(self, message_id: str) -> Recovered:
        """Services cannot be asked by our number."""
        del message_id
        return "unknown"

    def close(self) -> None:
        """Nothing is kept open."""

    def _service(self, target: str) -> Any:
        if not _TARGET.fullmatch(target):
            raise MailError(
                f"{self.name} cannot take this recipient: expected letters, figures, - and _ only.",
                permanent=True,
            )
        made = self._library.Apprise.instantiate(
            with_target(self._settings.url, target), asset=self._asset, suppress_exceptions=True
        )
        if made is None or len(made) != 1:
            raise MailError(
                f"{self.name} cannot reach this recipient by the URL under channels.{self._settings.channel} "
                "in config.yaml. Check both.",
                permanent=True,
            )
        return made


def check_url(settings: ServiceSettings) -> None:
    """Raise MailError for a URL of another service, or one that does more than send a text. It is never repeated."""
    place = f"channels.{settings.channel}.url in config.yaml"
    parts = urlsplit(settings.url.strip())
    allowed = SERVICES.get(settings.channel, frozenset())
    if parts.scheme.lower() not in allowed:
        known = ", ".join(f"{name}://" for name in sorted(allowed)) or "none"
        raise MailError(
            f"The service of {place} is not one that can be used there. Those are: {known}.",
            permanent=False,
        )
    options = {name.lower().lstrip("+-:") for name in parse_qs(parts.query, keep_blank_values=True)}
    if options & _REFUSED_OPTIONS or "," in settings.url or " " in settings.url.strip():
        raise MailError(
            f"The URL of {place} asks for more than a text to one person. Take out its attachments and further targets.",
            permanent=False,
        )
    if parts.scheme.lower() == "ntfy" and parts.hostname not in _LOOPBACK:
        raise MailError(
            f"{place} is not encrypted. Write ntfys:// instead of ntfy://.", permanent=False
        )


def with_target(url: str, target: str) -> str:
    """The URL of one recipient: `{to}` stands for them, or else the end of the path."""
    text, coded = url.strip(), quote(target, safe="+")
    if _PLACE in text:
        return text.replace(_PLACE, coded)
    path, mark, query = text.partition("?")
    return f"{path.rstrip('/')}/{coded}{mark}{query}"


def judged(name: str, said: list[str]) -> SendResult:
    """What a failure means, by what the library wrote of it: nothing but a code that was answered is an answer."""
    lines = "\n".join(said)
    code = _CODE.search(lines)
    if code is None:
        if _NOT_CONNECTED.search(lines):
            return SendResult(outcome="unreachable", detail=f"{name} cannot be reached.")
        words = f"{name} gave no clear answer after the message was handed over."
        return SendResult(outcome="in_doubt", detail=words)
    number = int(code[1])
    words = f"{name} answered {number}"
    if number in {401, 403, 404} or 20000 <= number < 20429:
        return SendResult(outcome="unreachable", detail=f"{words}. Check its URL in config.yaml.")
    if number in {408, 429, 20429} or (500 <= number < 600 and number not in {502, 504}):
        return SendResult(outcome="later", detail=f"{words}; it is tried again.")
    if number in {502, 504}:
        return SendResult(
            outcome="in_doubt", detail=f"{words}: nobody can tell whether it took the message."
        )
    return SendResult(outcome="refused", detail=f"{words}: it does not take this message.")
