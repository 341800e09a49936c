"""
The gateway everybody is measured against: answers made beforehand, one loop, nothing computed per request.

The last word of a prompt says how large a picture is wanted ("a lighthouse 2m"), the path says who asks:

    POST /<who>/v1/images/generations      base64 inside JSON, as OpenAI answers
    POST /<who>/fal/…                      a link, as fal.ai answers; the picture follows by GET
    GET  /_pictures, /_seen                what a right picture is; who asked when, since the last look
"""

import hashlib
import json
import random
import selectors
import socket
import struct
import sys
import time
import zlib
from base64 import b64encode
from typing import NamedTuple

SIDES = {"0.2m": 256, "2m": 816, "10m": 1826, "30m": 3162}
"""Pixels along one side: uncompressed noise, three bytes a pixel."""

_ROOM = 1 << 22
_READ = 1 << 16


class Seen(NamedTuple):
    """One paid request: who asked, when its first byte came and when its answer began to leave."""

    who: str
    first_byte: int
    ready: int


def picture(side: int) -> bytes:
    """A whole PNG of noise, so that nothing about it can be compressed or guessed."""
    noise = random.Random(side)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _http(body: bytes, media_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _images(data: bytes, n: int) -> bytes:
    one = b'{"b64_json":"' + b64encode(data) + b'"}'
    usage = b'{"input_tokens":9,"output_tokens":1056,"total_tokens":1065}'
    return _http(b'{"created":1,"data":[' + b",".join([one] * n) + b'],"usage":' + usage + b"}")


class Answers:
    """Every answer there is, as the bytes that go over the wire."""

    def __init__(self) -> None:
        pictures = {name: picture(side) for name, side in SIDES.items()}
        self._images = {(name, 1): _images(data, 1) for name, data in pictures.items()}
        self._images["2m", 16] = _images(pictures["2m"], 16)
        self._files = {name: _http(data, "image/png") for name, data in pictures.items()}
        right = {name: (hashlib.sha256(data).hexdigest(), len(data)) for name, data in pictures.items()}
        self.pictures = _http(json.dumps(right).encode())
        self.seen: list[Seen] = []

    def to(self, path: str, body: bytes, first_byte: int, host: str) -> bytes:
        who, kind, *rest = [*path.split("/")[1:], ""]
        if who == "_pictures":
            return self.pictures
        if who == "_seen":
            told, self.seen = self.seen, []
            return _http(json.dumps(told).encode())
        if kind == "file":
            return self._files[rest[0]]
        asked = json.loads(body)
        size = asked["prompt"].rsplit(" ", 1)[-1]
        self.seen.append(Seen(who, first_byte, time.monotonic_ns()))
        if kind == "fal":
            link = f"http://{host}/{who}/file/{size}"
            return _http(json.dumps({"images": [{"url": link, "content_type": "image/png"}]}).encode())
        return self._images[size, asked.get("n") or 1]


class Caller:
    """One connection: reads a request, is given an answer, stays open for the next."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self._read = bytearray()
        self._first_byte = 0
        self._left = memoryview(b"")

    def receive(self, answers: Answers) -> bool:
        """False when the other side has gone."""
        try:
            block = self.sock.recv(_READ)
        except ConnectionError:
            return False
        if not self._read:
            self._first_byte = time.monotonic_ns()
        self._read += block
        head, found, body = bytes(self._read).partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            path, host = head.split(b" ", 2)[1].decode(), _field(head, b"host").decode()
            self._left = memoryview(answers.to(path, body, self._first_byte, host))
            self._read.clear()
        return bool(block)

    def send(self) -> bool:
        """True while there is more to send."""
        try:
            while self._left:
                self._left = self._left[self.sock.send(self._left) :]
        except BlockingIOError:
            return True
        except ConnectionError:
            self._left = memoryview(b"")
        return False


def _field(head: bytes, name: bytes) -> bytes:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return next((value.strip() for key, _, value in lines if key.lower() == name), b"")


def _length(head: bytes) -> int:
    return int(_field(head, b"content-length") or 0)


def serve(listener: socket.socket, answers: Answers) -> None:
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, events in selector.select():
            if key.data is None:
                caller = Caller(listener.accept()[0])
                selector.register(caller.sock, selectors.EVENT_READ, caller)
            else:
                _turn(selector, key.data, events, answers)


def _turn(selector: selectors.BaseSelector, caller: Caller, events: int, answers: Answers) -> None:
    if events & selectors.EVENT_READ and not caller.receive(answers):
        selector.unregister(caller.sock)
        caller.sock.close()
        return
    more = caller.send()
    selector.modify(caller.sock, selectors.EVENT_WRITE if more else selectors.EVENT_READ, caller)


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    prepared = Answers()
    print(listening.getsockname()[1], flush=True)
    try:
        serve(listening, prepared)
    except KeyboardInterrupt:
        sys.exit(0)
