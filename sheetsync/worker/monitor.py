"""Calls the monitor that notices silence: the one address that the worker calls besides Google and mail.

The address stands in config.yaml, which the operator writes; nothing in a sheet can name another.
Still, a name may come to lead into the own network (or be made to, at the moment of the call), where
a call could do harm: so the address that was really reached is looked at before anything is said to
it. Nothing is followed, and no answer is read.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import requests

from sheetsync.config.values import LOOPBACK
from sheetsync.reaching import PublicOnly

TIMEOUT: Final = 10.0


def call_monitor(url: str, *, inside: bool = False) -> None:
    """Call `url` once; raises requests.RequestException where it did not answer well.

    Unless the monitor is said to stand `inside` the own network, or on this machine by name, an
    address that is not public is refused.
    """
    with requests.Session() as session:
        if not inside and urlsplit(url).hostname not in LOOPBACK:
            for scheme in ("http://", "https://"):
                session.mount(scheme, PublicOnly())
        answer = session.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True)
        answer.close()
        answer.raise_for_status()
        if answer.is_redirect:
            raise requests.TooManyRedirects("the monitor sends elsewhere, which is not followed")
