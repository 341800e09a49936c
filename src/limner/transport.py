"""
The only sockets.

Who may be spoken to, with which key, what may be sent twice and what may never be: all of it is here,
so an adapter cannot get it wrong. A body is streamed to disk before anybody reads it. The key goes into
one header of its own gateway's origin; environment proxies are ignored, because a variable left over
from another tool is not a decision; redirects of API calls are never followed.
"""

import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import httpcore2
import pybase64

from limner import __version__
from limner.addresses import Checked
from limner.answers import Answer
from limner.errors import GatewayError, NeverLeft, NoAnswer, Refused, SetupNeeded
from limner.gateways import Gateway
from limner.types import Reference

_CONNECT_SECONDS = 30.0
_FREE_SECONDS = 60.0
_LARGEST_ANSWER = 512_000_000
_LARGEST_PICTURE = 128_000_000
_REDIRECTS = 3
_NEVER_LEFT = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)
_LOST = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)


class File(NamedTuple):
    """One part of a multipart form that is a file."""

    field: str
    name: str
    media_type: str
    path: str


class Body(NamedTuple):
    media_type: str
    pieces: tuple[bytes, ...]

    @property
    def length(self) -> int:
        return sum(map(len, self.pieces))


class Transport:
    """Connections to one gateway, kept open between calls. Safe to share between threads."""

    def __init__(self, gateway: Gateway, proxy: str | None = None, connections: int = 64) -> None:
        self.gateway = gateway
        self._proxy = proxy
        self._connections = connections
        self._api = self._pool(gateway.base_url, httpcore2.SyncBackend())
        self._links: httpcore2.ConnectionPool | None = None

    def close(self) -> None:
        self._api.close()
        if self._links:
            self._links.close()

    def send(self, method: str, path: str, body: Body | None, spool: Path, seconds: float) -> Answer:
        """
        One request to the gateway's own origin, with its key. The answer's body lands in `spool`.

        Raises `NeverLeft` when nothing was sent and `NoAnswer` when the outcome is not known.
        """
        url = self.gateway.base_url + path
        headers = [(b"Accept", b"application/json"), *self._key_header(), *_body_headers(body)]
        try:
            with self._stream(self._api, method, url, headers, body, seconds) as response:
                return _spool(response, spool, time.monotonic() + seconds + _FREE_SECONDS)
        except _NEVER_LEFT as error:
            raise _not_reached(self.gateway, error) from error
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise self._lost("gateway.silent", seconds=int(seconds)) from error
        except _LOST as error:
            raise self._lost("gateway.broke_off") from error
        except OSError as error:
            raise NoAnswer("answer.not_stored", path=spool.parent, reason=error.strerror) from error

    def download(self, url: str, target: Path) -> None:
        """
        Fetch a picture that the gateway left at `url` into `target`, without the key unless it lies at the
        gateway's own origin. Raises `GatewayError` when it cannot be had; asking again is free.
        """
        url = urljoin(self.gateway.base_url + "/", url)
        for _ in range(_REDIRECTS + 1):
            following = self._fetch(url, target)
            if following is None:
                return
            url = urljoin(url, following)
        raise GatewayError("picture.link_redirects", host=urlsplit(url).hostname)

    def _lost(self, key: str, **facts: Any) -> NoAnswer:
        error = NoAnswer(key, gateway=self.gateway.title, **facts)
        error.transient = True
        return error

    def _fetch(self, url: str, target: Path) -> str | None:
        host = urlsplit(url).hostname
        if urlsplit(url).scheme not in {"http", "https"} or not host:
            raise GatewayError("picture.link_odd", gateway=self.gateway.title)
        headers = self._key_header() if _origin(url) == _origin(self.gateway.base_url) else []
        try:
            with self._stream(self._link_pool(), "GET", url, headers, None, _FREE_SECONDS) as response:
                if response.status in {301, 302, 303, 307, 308}:
                    return _header(response, b"location")
                if response.status != 200:
                    raise GatewayError("picture.link_gone", status=response.status, host=host)
                _write(response, target, time.monotonic() + _FREE_SECONDS * 5, _LARGEST_PICTURE)
        except (*_NEVER_LEFT, *_LOST, TimeoutError) as error:
            raise GatewayError("picture.link_failed", host=host) from error
        return None

    @contextmanager
    def _stream(
        self,
        pool: httpcore2.ConnectionPool,
        method: str,
        url: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: Body | None,
        seconds: float,
    ) -> Iterator[httpcore2.Response]:
        common = [
            (b"User-Agent", f"limner/{__version__}".encode()),
            # Base64 does not shrink by much, and unpacking it costs more than reading it.
            (b"Accept-Encoding", b"identity"),
        ]
        timeout = {"connect": _CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": seconds}
        with pool.stream(
            method,
            quote(url, safe="%/:=&?~#+!$,;'@()*[]"),
            headers=[(b"Host", _host_header(url)), *common, *headers],
            content=iter(body.pieces) if body else None,
            extensions={"timeout": timeout},
        ) as response:
            yield response

    def _key_header(self) -> list[tuple[bytes, bytes]]:
        key = self.gateway.key
        return [(b"Authorization", b"Bearer " + key.reveal().encode())] if key else []

    def _link_pool(self) -> httpcore2.ConnectionPool:
        if self._links is None:
            own = str(urlsplit(self.gateway.base_url).hostname)
            self._links = self._pool("https://", Checked(own))
        return self._links

    def _pool(self, url: str, backend: httpcore2.NetworkBackend) -> httpcore2.ConnectionPool:
        options: dict[str, Any] = {
            "ssl_context": _tls(url.startswith("https")),
            "max_connections": self._connections,
            "keepalive_expiry": 5.0,
        }
        if not self._proxy:
            return httpcore2.ConnectionPool(**options, network_backend=backend)
        scheme = urlsplit(self._proxy).scheme
        if scheme in {"socks5", "socks5h"}:
            return httpcore2.SOCKSProxy(self._proxy.replace("socks5h", "socks5"), **options)
        if scheme in {"http", "https"}:
            return httpcore2.HTTPProxy(self._proxy, **options)
        raise SetupNeeded("proxy.scheme", scheme=scheme)


class Wire:
    """
    What an adapter is given to speak through, for one attempt of one job: a paid request leaves by
    `post_spending`, once, and its answer is on disk before the adapter sees it.
    """

    def __init__(self, transport: Transport, spool: Path, seconds: float) -> None:
        self._transport = transport
        self._spool = spool
        self._seconds = seconds
        self._spent = False
        self._free = 0
        self.answer: Answer | None = None
        """What the paid request was answered with."""

    @property
    def gateway(self) -> Gateway:
        return self._transport.gateway

    def post_spending(
        self,
        path: str,
        *,
        json: Any = None,
        fields: Sequence[tuple[str, str]] = (),
        files: Sequence[File] = (),
    ) -> Answer:
        """The paid request. Raises `NeverLeft`, `NoAnswer`, or `Refused` for a redirect."""
        if self._spent:
            raise AssertionError("a paid request leaves once per attempt")
        self._spent = True
        body = _form(fields, files) if files or fields else _json(json)
        answer = self._transport.send("POST", path, body, self._spool, self._seconds)
        self.answer = answer
        if 300 <= answer.status < 400:
            raise Refused("gateway.redirected", gateway=self.gateway.title, status=answer.status)
        return answer

    def get(self, path: str, **query: str) -> Answer:
        """A free question. Raises `GatewayError`."""
        self._free += 1
        spool = self._spool.with_name(f"{self._spool.name}.free{self._free}")
        where = path + ("?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in query.items()) if query else "")
        try:
            return self._transport.send("GET", where, None, spool, _FREE_SECONDS)
        except NoAnswer as error:
            raise GatewayError(error.key, **error.facts) from error


def data_url(reference: Reference) -> str:
    """A reference as a `data:` URL, for wire forms that carry pictures inside JSON."""
    text = pybase64.b64encode(Path(reference.path).read_bytes()).decode()
    return f"data:{reference.media_type};base64,{text}"


def replay(spool: Path) -> Answer | None:
    """The answer that was spooled whole before the process that asked for it ended, if there is one."""
    head = _head_path(spool)
    if not (spool.exists() and head.exists()):
        return None
    told = json.loads(head.read_text("utf-8"))
    return Answer(told["status"], told["headers"], spool)


def _spool(response: httpcore2.Response, spool: Path, deadline: float) -> Answer:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in response.headers
        if name.lower() not in {b"set-cookie"}
    }
    head = {"status": response.status, "headers": headers}
    _head_path(spool).write_text(json.dumps(head), "utf-8")
    partial = spool.with_name(spool.name + ".partial")
    _write(response, partial, deadline, _LARGEST_ANSWER)
    partial.rename(spool)
    return Answer(response.status, headers, spool)


def _write(response: httpcore2.Response, target: Path, deadline: float, largest: int) -> None:
    """Stream a body to disk, unpacked if it was packed against our wish. Raises `TimeoutError`."""
    coding = (_header(response, b"content-encoding") or "identity").lower()
    unpack = zlib.decompressobj(wbits=47) if coding in {"gzip", "deflate", "x-gzip"} else None
    size = 0
    with target.open("wb") as file:
        for chunk in response.iter_stream():
            block = unpack.decompress(chunk, largest) if unpack else chunk
            size += file.write(block)
            if size > largest or time.monotonic() > deadline:
                raise TimeoutError


def _head_path(spool: Path) -> Path:
    return spool.with_name(spool.name + ".head.json")


def _header(response: httpcore2.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)


def _json(value: Any) -> Body:
    return Body("application/json", (json.dumps(value, ensure_ascii=False).encode(),))


def _form(fields: Sequence[tuple[str, str]], files: Sequence[File]) -> Body:
    boundary = os.urandom(16).hex()
    pieces: list[bytes] = []
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(name)}"\r\n\r\n'
        pieces += [head.encode(), value.encode(), b"\r\n"]
    for file in files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_escaped(file.field)}"; '
            f'filename="{_escaped(file.name)}"\r\nContent-Type: {file.media_type}\r\n\r\n'
        )
        pieces += [head.encode(), Path(file.path).read_bytes(), b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return Body(f"multipart/form-data; boundary={boundary}", tuple(pieces))


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _body_headers(body: Body | None) -> list[tuple[bytes, bytes]]:
    if body is None:
        return []
    return [
        (b"Content-Type", body.media_type.encode()),
        (b"Content-Length", str(body.length).encode()),
    ]


def _host_header(url: str) -> bytes:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].encode()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _tls(wanted: bool) -> Any:
    import ssl

    if not wanted:
        # Plain http needs no certificates; an empty trust store fails closed should TLS be spoken after all.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    return httpcore2.default_ssl_context(_trust_env=False)


def _not_reached(gateway: Gateway, error: Exception) -> NeverLeft:
    facts: Mapping[str, Any] = {"gateway": gateway.title, "host": gateway.host}
    certificate = "certificate" in str(error).lower()
    never_left = NeverLeft("gateway.certificate" if certificate else "gateway.unreachable", **facts)
    never_left.transient = not certificate
    return never_left
