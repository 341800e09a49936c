"""Which addresses a picture link may lead to."""

import ipaddress
import socket
from typing import Any

import httpcore2


class Checked(httpcore2.SyncBackend):
    """
    Connects only to public addresses, and to the gateway's own host.

    A link comes from the gateway's answer, so it is somebody else's text: it must not make this machine
    fetch from its own network. The name is looked up once and the connection goes to the address that
    was checked, so a name that changes its answer in between gains nothing.
    """

    def __init__(self, own_host: str) -> None:
        super().__init__()
        self._own_host = own_host

    def connect_tcp(self, host: str, port: int, *how: Any, **more: Any) -> httpcore2.NetworkStream:
        address = host if host == self._own_host else _public(host, port)
        return super().connect_tcp(address, port, *how, **more)


def check_for_proxy(host: str, own_host: str) -> None:
    """
    The same rule where a proxy makes the connection: what this machine knows to be private is refused.
    Names that only the proxy can look up are left to it. Raises `httpcore2.ConnectError`.
    """
    if host == own_host:
        return
    try:
        _public(host, 443)
    except httpcore2.ConnectError as error:
        if not isinstance(error.__cause__, OSError):
            raise


def _public(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    for *_, where in found:
        if ipaddress.ip_address(str(where[0]).partition("%")[0]).is_global:
            return str(where[0])
    raise httpcore2.ConnectError("the link leads to a private address")
