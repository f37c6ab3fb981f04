"""An HTTP adapter that speaks to public addresses only.

A name may come to lead into the own network (or be made to, at the moment of the call), where a call could do harm:
so the address that was really reached is looked at before anything is said to it.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError


class _Private(NewConnectionError):
    """The name led to an address that is not public."""


def _checked(connection: HTTPConnection, reached: socket.socket) -> socket.socket:
    address = ipaddress.ip_address(reached.getpeername()[0].partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    if inner.is_global:
        return reached
    reached.close()
    raise _Private(connection, "the name leads to an address that is not public")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class PublicOnly(HTTPAdapter):
    """Speaks to public addresses only; a proxy that the environment names is the operator's own."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The connections that look where they got to."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
