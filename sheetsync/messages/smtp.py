"""Mail by SMTP, one recipient per letter, each reply of the server checked.

The low-level calls of smtplib return codes instead of raising, so nothing is believed unread. TLS is
always verified; an unencrypted connection is possible to this very machine only. A clear 4xx or
5xx, even after the final dot, means "not accepted"; only a lost reply leaves doubt.
"""

from __future__ import annotations

import base64
import ipaddress
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from sheetsync.errors import MailError
from sheetsync.messages.addresses import one_line
from sheetsync.messages.compose import Letter
from sheetsync.messages.policy import wire_bytes
from sheetsync.messages.transports import Recovered, SendResult

Tls = Literal["starttls", "implicit", "none"]
_TROUBLE: Final = (OSError, smtplib.SMTPException, ssl.SSLError)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail is handed over. `cafile`: a certificate authority of one's own. `timeout` in seconds."""

    host: str
    port: int = 587
    tls: Tls = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    cafile: Path | None = None
    local_hostname: str = ""


class _Refusal(Exception):
    """A reply of the server that ends the attempt."""

    def __init__(self, result: SendResult) -> None:
        self.result = result
        super().__init__(result.detail)


class SmtpTransport:
    """Keeps one connection for a round of delivery and opens it at the first letter."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        if settings.tls == "none" and not _is_loopback(settings.host):
            raise MailError(
                f'Mail to {settings.host} is set to "tls: none". Unencrypted mail is allowed to this '
                'machine only. Use "tls: starttls" or "tls: implicit".',
                permanent=True,
            )
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: Letter, *, before_commit: Callable[[], None]) -> SendResult:
        """One letter, one conversation; see SendResult for what may become of it."""
        data = wire_bytes(letter.message)
        try:
            connection = self._ready(letter)
        except _Refusal as refusal:
            return refusal.result
        before_commit()
        return self._hand_over(connection, data)

    def recover(self, message_id: str) -> Recovered:
        """SMTP has no way to ask."""
        del message_id
        return "unknown"

    def try_out(self) -> str:
        """Connect, greet, encrypt and log in, send nothing; "" when all went well, else why not."""
        try:
            self._connection = self._connect()
        except _TROUBLE as error:
            return self._unreachable(_words(error)).detail
        self.close()
        return ""

    def close(self) -> None:
        """Say goodbye, if a connection is open."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except _TROUBLE:
            connection.close()  # the letters are accounted for already

    # -- up to the envelope: nothing can have left ------------------------------------------------

    def _ready(self, letter: Letter) -> smtplib.SMTP:
        """A connection on which sender and recipient were accepted; raises _Refusal."""
        if self._connection is not None:
            try:
                return self._envelope(self._connection, letter)
            except _TROUBLE:
                self._drop()  # the server may close an idle connection: once more on a new one
        try:
            self._connection = self._connect()
            return self._envelope(self._connection, letter)
        except _TROUBLE as error:
            self._drop()
            raise _Refusal(self._unreachable(_words(error))) from error

    def _connect(self) -> smtplib.SMTP:
        chosen = self._settings
        name = chosen.local_hostname or None
        if chosen.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                chosen.host, chosen.port, name, timeout=chosen.timeout, context=self._context()
            )
        else:
            connection = smtplib.SMTP(chosen.host, chosen.port, name, timeout=chosen.timeout)
        try:
            self._introduce(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self._settings.tls == "starttls":
            connection.starttls(context=self._context())
            connection.ehlo_or_helo_if_needed()
        if self._settings.username:
            connection.login(self._settings.username, self._settings.password)

    def _context(self) -> ssl.SSLContext:
        cafile = self._settings.cafile
        return ssl.create_default_context(cafile=str(cafile) if cafile else None)

    def _envelope(self, connection: smtplib.SMTP, letter: Letter) -> smtplib.SMTP:
        code, text = connection.mail(letter.sender)
        if code != 250:
            self._reset(connection)
            raise _Refusal(
                self._unreachable(f"it does not accept the sender {letter.sender}: {_said(text)}")
            )
        code, text = connection.rcpt(letter.recipient)
        if code not in {250, 251}:
            self._reset(connection)
            raise _Refusal(_refused(code, text, at_address=True))
        return connection

    # -- from DATA on: a lost reply leaves doubt ----------------------------------------------------

    def _hand_over(self, connection: smtplib.SMTP, data: bytes) -> SendResult:
        try:
            code, text = connection.data(data)
        except smtplib.SMTPDataError as error:
            self._reset(connection)
            return _refused(error.smtp_code, error.smtp_error, at_address=False)
        except _TROUBLE as error:
            self._drop()
            return SendResult(
                outcome="in_doubt",
                detail=f"The mail server's answer was lost after the message was handed over "
                f"({_words(error)}).",
            )
        if code == 250:
            return SendResult(outcome="sent", reference=_said(text))
        self._reset(connection)
        return _refused(code, text, at_address=False)

    def _reset(self, connection: smtplib.SMTP) -> None:
        try:
            connection.rset()
        except _TROUBLE:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _unreachable(self, why: str) -> SendResult:
        return SendResult(
            outcome="unreachable",
            detail=f"The mail server {self._settings.host}:{self._settings.port} cannot be used: "
            f"{self._masked(why)}",
        )

    def _masked(self, text: str) -> str:
        """A server may repeat what it was told: the password does not get into logs by that."""
        name, password = self._settings.username, self._settings.password
        told = [password, *(_base64(part) for part in (f"\0{name}\0{password}", password))]
        for secret in told if password else ():
            text = text.replace(secret, "***")
        return text


def _refused(code: int, text: bytes | str, *, at_address: bool) -> SendResult:
    said = _said(text)
    if 500 <= code < 600:
        # 5.7.x is policy (relaying, authentication): not the address's fault
        bad_address = at_address and not said.startswith("5.7.")
        return SendResult(
            outcome="refused",
            detail=f"The mail server refused it for good: {code} {said}",
            bad_address=bad_address,
        )
    return SendResult(outcome="later", detail=f"The mail server asks to try later: {code} {said}")


def _said(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(words, 200)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid for it ({error.verify_message})"
    if isinstance(error, TimeoutError) or str(error).endswith("timed out"):
        return "it did not answer in time"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"it does not accept the user name and password: {_said(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_said(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return one_line(str(error), 200) or type(error).__name__


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
