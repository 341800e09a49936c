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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore2

from limner import __version__
from limner.addresses import Checked, check_for_proxy
from limner.answers import Answer, Packer
from limner.bodies import Body
from limner.errors import GatewayError, NeverLeft, NoAnswer, SetupNeeded, TooLate
from limner.gateways import Gateway
from limner.streams import Roomy

_CONNECT_SECONDS = 30.0
_FREE_SECONDS = 60.0
_LONGEST_STREAM = 1_800.0
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


def clock() -> float:
    """Seconds that go on while the machine sleeps, which those of `time.monotonic` need not."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        if hasattr(time, name):
            return time.clock_gettime(getattr(time, name))
    return time.monotonic()


class Transport:
    """Connections to one gateway, kept open between calls. Safe to share between threads."""

    def __init__(self, gateway: Gateway, proxy: str | None = None, connections: int = 64) -> None:
        self.gateway = gateway
        self._proxy = proxy
        self._connections = connections
        self._api = self._pool(gateway.base_url, Roomy(httpcore2.SyncBackend()))
        self._links: httpcore2.ConnectionPool | None = None

    def close(self) -> None:
        self._api.close()
        if self._links:
            self._links.close()

    def send(
        self, method: str, path: str, body: Body | None, spool: Path, seconds: float, *, paid: bool = False
    ) -> Answer:
        """
        One request to the gateway's own origin, with its key. The answer's body lands in `spool`; a `paid`
        one is on the disk when this returns, because the ledger is about to say that it came.

        Raises `NeverLeft` when nothing was sent (`TooLate`: because its time to be sent was over) and
        `NoAnswer` when the outcome is not known.
        """
        headers = [(b"Accept", b"application/json"), *self._own_headers(body), *_body_headers(body)]
        url = self.gateway.base_url + path
        stream = self._stream(self._api, method, url, headers, body, seconds)
        with self._told(spool, seconds), stream as response:
            return self._spool(response, spool, time.monotonic() + seconds + _FREE_SECONDS, paid=paid)

    def stream(self, path: str, body: Body, spool: Path, seconds: float) -> Answer | Iterator[bytes]:
        """
        A request whose answer may be an event stream: its chunks as they come, each written to `spool`
        first; or the whole answer where it is none. Raises as `send` does, and so does the iterator.
        """
        headers = [(b"Accept", b"text/event-stream"), *self._own_headers(body), *_body_headers(body)]
        url = self.gateway.base_url + path
        with ExitStack() as opened, self._told(spool, seconds):
            stream = self._stream(self._api, "POST", url, headers, body, seconds)
            response = opened.enter_context(stream)
            kind = _header(response, b"content-type") or ""
            if response.status != 200 or "event-stream" not in kind.lower():
                return self._spool(response, spool, time.monotonic() + seconds + _FREE_SECONDS, paid=True)
            self._write_head(response, spool)
            return self._chunks(opened.pop_all(), response, spool, seconds)

    def put(self, url: str, media_type: str, path: str, method: str = "PUT") -> int:
        """
        Bring a file to an address the service named for it, without any key; the HTTP status.
        Raises `GatewayError`; trying again is free.
        """
        body = Body(media_type, (Path(path).read_bytes(),))
        try:
            with self._stream(
                self._link_pool(), method, url, _body_headers(body), body, _FREE_SECONDS
            ) as response:
                return int(response.status)
        except (*_NEVER_LEFT, *_LOST, OSError) as error:
            raise GatewayError("upload.failed", gateway=self.gateway.title) from error

    def ask_elsewhere(
        self, url: str, form: Sequence[tuple[str, str]], spool: Path, *, as_form: bool
    ) -> Answer:
        """
        A free question to another host of the same service, which takes its fields in the query or as a
        form. A field may hold the key where that service's wire forces it, so no error names the URL.
        """
        text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in form)
        body = Body("application/x-www-form-urlencoded", (text.encode(),)) if as_form else None
        full = url if as_form else f"{url}?{text}"
        method = "POST" if as_form else "GET"
        try:
            with self._stream(
                self._link_pool(), method, full, _body_headers(body), body, _FREE_SECONDS
            ) as response:
                return self._spool(response, spool, time.monotonic() + _FREE_SECONDS)
        except (*_NEVER_LEFT, *_LOST, OSError, zlib.error):
            host = urlsplit(url).hostname
            raise GatewayError("gateway.elsewhere", gateway=self.gateway.title, host=host) from None

    def _chunks(
        self, opened: ExitStack, response: httpcore2.Response, spool: Path, seconds: float
    ) -> Iterator[bytes]:
        deadline, size = time.monotonic() + _LONGEST_STREAM, 0
        with opened, self._told(spool, seconds), spool.open("ab") as file:
            for chunk in self._hidden(response.iter_stream()):
                size += file.write(chunk)
                file.flush()
                # Comments alone can keep a stream open for ever: the task is looked at then instead.
                if size > _LARGEST_ANSWER or time.monotonic() > deadline:
                    raise TimeoutError
                yield chunk

    @contextmanager
    def _told(self, spool: Path, seconds: float) -> Iterator[None]:
        """What a failed paid request means: it never left, or nobody knows."""
        try:
            yield
        except _NEVER_LEFT as error:
            raise _not_reached(self.gateway, error) from error
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise self._lost("gateway.silent", seconds=int(seconds)) from error
        except _LOST as error:
            raise self._lost("gateway.broke_off") from error
        except zlib.error as error:
            raise NoAnswer("answer.unreadable", gateway=self.gateway.title, path=spool) from error
        except OSError as error:
            raise NoAnswer("answer.not_stored", path=spool.parent, reason=error.strerror) from error

    def download(self, url: str, target: Path) -> None:
        """
        Fetch a picture that the gateway left at `url` into `target`, without the key unless it lies at the
        gateway's own origin. Raises `GatewayError` when it cannot be had; asking again is free.
        """
        try:
            url = urljoin(self.gateway.base_url + "/", url)
            for _ in range(_REDIRECTS + 1):
                following = self._fetch(url, target)
                if following is None:
                    return
                url = urljoin(url, following)
        except ValueError as error:
            raise GatewayError("picture.link_odd", gateway=self.gateway.title) from error
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
            if self._proxy:
                check_for_proxy(host, str(urlsplit(self.gateway.base_url).hostname))
            with self._stream(self._link_pool(), "GET", url, headers, None, _FREE_SECONDS) as response:
                following = _header(response, b"location")
                if response.status in {301, 302, 303, 307, 308} and following is not None:
                    return following
                if response.status != 200:
                    raise GatewayError("picture.link_gone", status=response.status, host=host)
                _write(_body(response), target, time.monotonic() + _FREE_SECONDS * 5, _LARGEST_PICTURE)
        except (*_NEVER_LEFT, *_LOST, OSError, zlib.error) as error:
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
        extensions: dict[str, Any] = {"timeout": timeout}
        if body and body.send_by is not None:
            extensions["trace"] = self._in_time(body.send_by)
        with pool.stream(
            method,
            quote(url, safe="%/:=&?~#+!$,;'@()*[]"),
            headers=[(b"Host", _host_header(url)), *common, *headers],
            content=iter(body.pieces) if body else None,
            extensions=extensions,
        ) as response:
            yield response

    def _in_time(self, send_by: float) -> Callable[[str, Any], None]:
        """Stops a request that slept with its machine, right before its first byte would leave."""

        def check(event: str, facts: Any) -> None:
            del facts
            if event.endswith("send_request_headers.started") and clock() > send_by:
                raise TooLate("send.too_late", gateway=self.gateway.title)

        return check

    def _spool(
        self, response: httpcore2.Response, spool: Path, deadline: float, *, paid: bool = False
    ) -> Answer:
        headers = self._write_head(response, spool)
        partial = spool.with_name(spool.name + ".partial")
        packer = Packer(partial, spool)
        try:
            for block in _bounded(self._hidden(_body(response)), deadline, _LARGEST_ANSWER):
                packer.feed(block)
        except BaseException:
            packer.break_off()
            raise
        pictures = packer.finish()
        if paid:
            for written in (*pictures, partial):
                _sync(written)
        partial.rename(spool)
        return Answer(response.status, headers, spool, pictures)

    def _write_head(self, response: httpcore2.Response, spool: Path) -> Mapping[str, str]:
        headers = {
            name.decode("latin-1").lower(): b"".join(self._hidden([value])).decode("latin-1")
            for name, value in response.headers
            if name.lower() not in {b"set-cookie"}
        }
        head = {"status": response.status, "headers": headers}
        _head_path(spool).write_text(json.dumps(head), "utf-8")
        return headers

    def _hidden(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Nothing a gateway says is written down with our key in it."""
        return self.gateway.key.hidden(chunks) if self.gateway.key else chunks

    def _own_headers(self, body: Body | None) -> list[tuple[bytes, bytes]]:
        """The key, and what the gateway's facts say goes with every call."""
        facts: Mapping[str, str] = self.gateway.facts["gateway"].get("headers", {})
        told = {name: value.replace("{language}", self.gateway.language) for name, value in facts.items()}
        if body:
            told.pop("Content-Type", None)  # the body says its own
        return [*self._key_header(), *((name.encode(), value.encode()) for name, value in told.items())]

    def _key_header(self) -> list[tuple[bytes, bytes]]:
        key = self.gateway.key
        return [(b"Authorization", b"Bearer " + key.reveal().encode())] if key else []

    def _link_pool(self) -> httpcore2.ConnectionPool:
        if self._links is None:
            own = str(urlsplit(self.gateway.base_url).hostname)
            self._links = self._pool("https://", Roomy(Checked(own)))
        return self._links

    def _pool(self, url: str, backend: httpcore2.NetworkBackend) -> httpcore2.ConnectionPool:
        options: dict[str, Any] = {
            "ssl_context": _tls(url.startswith("https")),
            "max_connections": self._connections,
            # Shorter than servers keep theirs: a request should not meet a connection that is closing.
            "keepalive_expiry": 2.0,
        }
        if not self._proxy:
            return httpcore2.ConnectionPool(**options, network_backend=backend)
        scheme = urlsplit(self._proxy).scheme
        if scheme in {"socks5", "socks5h"}:
            return httpcore2.SOCKSProxy(self._proxy.replace("socks5h", "socks5"), **options)
        if scheme in {"http", "https"}:
            return httpcore2.HTTPProxy(self._proxy, **options)
        raise SetupNeeded("proxy.scheme", scheme=scheme)


def _body(response: httpcore2.Response) -> Iterator[bytes]:
    """A body as it comes, unpacked if it was packed against our wish. Raises `zlib.error`."""
    coding = (_header(response, b"content-encoding") or "identity").lower()
    unpack = zlib.decompressobj(wbits=47) if coding in {"gzip", "deflate", "x-gzip"} else None
    for chunk in response.iter_stream():
        yield unpack.decompress(chunk, _LARGEST_ANSWER) if unpack else chunk


def _write(blocks: Iterable[bytes], target: Path, deadline: float, largest: int) -> None:
    """Stream a body to disk. Raises `TimeoutError`."""
    with target.open("wb") as file:
        file.writelines(_bounded(blocks, deadline, largest))


def _bounded(blocks: Iterable[bytes], deadline: float, largest: int) -> Iterator[bytes]:
    """A body within its time and its size. Raises `TimeoutError`."""
    size = 0
    for block in blocks:
        size += len(block)
        if size > largest or time.monotonic() > deadline:
            raise TimeoutError
        yield block


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _head_path(spool: Path) -> Path:
    return spool.with_name(spool.name + ".head.json")


def _header(response: httpcore2.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)


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


@cache
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
