"""What an answer of Google says went wrong, taken apart; and how much of it may be shown to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from requests import Response

_TAG: Final = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SECRETS: Final = re.compile(
    r"-----BEGIN.*|ya29\.[\w.-]+|\b1//[\w-]+|\beyJ[\w-]+(\.[\w-]*)*|\bGOCSPX-[\w-]+|\bAIza[\w-]+"
    r"|(?i:bearer)\s+\S+|(?i:(?:access|refresh)_token|client_secret|assertion|key)=[^\s&'\"]+",
    re.DOTALL,
)
_LONGEST: Final = 200
_HELP: Final = "https://console."


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One refusal as Google words it: HTTP status, its name (`PERMISSION_DENIED`), text and reason."""

    status: int
    name: str = ""
    message: str = ""
    reason: str = ""
    project: str = ""
    link: str = ""
    is_json: bool = True

    def has(self, *words: str) -> bool:
        """Whether one of `words` stands in the text, in capitals or not."""
        text = self.message.casefold()
        return any(word.casefold() in text for word in words)

    @property
    def excerpt(self) -> str:
        """The text as it may be shown: short, on one line, without anything that could be a secret."""
        return masked(self.message)

    @property
    def sentence(self) -> str:
        """The excerpt, ending as a sentence does."""
        return as_sentence(self.message)


def said(response: Response) -> Said:
    """What stands in a refused answer; a page in HTML, or half an answer, gives its text only."""
    try:
        body = response.json()
    except ValueError:
        return Said(status=response.status_code, message=response.text[:2000], is_json=False)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Said(status=response.status_code, message=str(error or ""), is_json=False)
    details = [line for line in error.get("details") or [] if isinstance(line, dict)]
    older = [line for line in error.get("errors") or [] if isinstance(line, dict)]
    reason = next((str(line["reason"]) for line in (*details, *older) if line.get("reason")), "")
    metadata: Mapping[str, Any] = next(
        (line["metadata"] for line in details if isinstance(line.get("metadata"), dict)), {}
    )
    return Said(
        status=response.status_code,
        name=str(error.get("status") or ""),
        message=str(error.get("message") or ""),
        reason=reason,
        project=str(metadata.get("consumer") or "").removeprefix("projects/"),
        link=next(_links(details, metadata), ""),
    )


def masked(text: str) -> str:
    """A text of somebody else's as it may be shown: no markup, no line breaks, no secret, not long."""
    plain = " ".join(_SECRETS.sub("***", _TAG.sub(" ", text)).split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def as_sentence(text: str) -> str:
    """`masked`, ending as a sentence does."""
    plain = masked(text)
    return plain if plain.endswith((".", "!", "?", "…")) else f"{plain}."


def _links(details: list[dict[str, Any]], metadata: Mapping[str, Any]) -> Iterator[str]:
    """The pages of Google's console that the answer points to."""
    found = [str(metadata.get("activationUrl") or "")]
    for line in details:
        found += [str(link.get("url") or "") for link in line.get("links") or []]
    yield from (url for url in found if url.startswith(_HELP))
