"""
What a dialect orders: n pictures of a prompt, spoiled where a fault says so, their base64, their links.

Not imitated: what a model makes of a prompt. The same order always gives the same pictures.
"""

import asyncio
import hashlib
import struct
import zlib
from collections import OrderedDict
from collections.abc import Sequence

import pybase64

from limner.sandbox import faults, lies, marks
from limner.sandbox.call import Call
from limner.sandbox.imprint import Kind
from limner.sandbox.lies import Wanted
from limner.sandbox.painter import Picture

_MEGABYTE = 1024 * 1024
_MOST_BYTES = 192 * _MEGABYTE
_BIG = 10

_Key = tuple[str, tuple[int, int], int, str, str, bool, str]
_painted: OrderedDict[_Key, Picture] = OrderedDict()
_painted_bytes = [0]


async def paint(
    call: Call,
    n: int,
    size: tuple[int, int],
    kind: Kind = "png",
    references: Sequence[bytes] = (),
    *,
    clear: bool = False,
) -> list[Picture]:
    """
    `n` pictures of the call's prompt, picture faults included. They are noted on the call too. `clear`: on
    nothing, where the file can be transparent.
    """
    wanted = Wanted(_spoiled(call.words, size), kind, tuple(references), clear and kind != "jpeg")
    pictures = []
    for index in range(count(call, n) + call.has("more")):
        variant = 0 if call.has("duplicate") else index
        pictures.append(await _one(call, variant, wanted))
    call.pictures += pictures
    return pictures


def count(call: Call, n: int) -> int:
    """How many pictures an order for `n` gets and pays."""
    return max(n - 1, 0) if call.has("fewer") else n


def base64(call: Call, picture: Picture) -> bytes:
    """The picture as base64, fit to stand inside a JSON string."""
    if call.has("wrapped-base64"):
        return pybase64.encodebytes(picture.data).replace(b"\n", b"\\r\\n")
    if call.has("urlsafe-base64"):
        return pybase64.b64encode(picture.data, altchars=b"-_")
    return pybase64.b64encode(picture.data)


def link(call: Call, picture: Picture) -> str:
    """The URL under which the picture is to be had, or not, if a link fault says so."""
    gallery = call.world.gallery
    if call.has("relative-url"):
        return gallery.path(picture.data, picture.media_type)
    for name, trouble in (("expired-link", "expired"), ("link-404", "gone"), ("redirect", "redirect")):
        if call.has(name):
            return gallery.hang(picture.data, picture.media_type, trouble)
    return gallery.hang(picture.data, picture.media_type)


def _spoiled(words: faults.Words, size: tuple[int, int]) -> tuple[int, int]:
    if "tiny" in words:
        return (1, 1)
    if "wrong-ratio" in words:
        return size[0] * 5 // 4, size[1] * 4 // 5
    return (max(size[0] // 2, 16), max(size[1] // 3, 16)) if "wrong-size" in words else size


async def _one(call: Call, index: int, wanted: Wanted) -> Picture:
    prompt = faults.plain(call.prompt)
    words = {name: word for name, word in call.words.items() if faults.BY_NAME[name].stage == "picture"}
    spoils = ";".join(sorted(f"{word.name}:{word.number(0)}" for word in words.values()))
    digest = hashlib.sha256(b"".join(wanted.references)).hexdigest() if wanted.references else ""
    key = (prompt, wanted.size, index, digest, wanted.kind, wanted.clear, spoils)
    if key not in _painted:
        _keep(key, await asyncio.to_thread(_made, words, prompt, index, wanted))
    _painted.move_to_end(key)
    return _painted[key]


def _keep(key: _Key, picture: Picture) -> None:
    if key not in _painted:
        _painted[key] = picture
        _painted_bytes[0] += len(picture.data)
    while _painted_bytes[0] > _MOST_BYTES and len(_painted) > 1:
        _painted_bytes[0] -= len(_painted.popitem(last=False)[1].data)


def _made(words: faults.Words, prompt: str, index: int, wanted: Wanted) -> Picture:
    picture = lies.told(words, prompt, index, wanted) or lies.honest(prompt, index, wanted)
    picture = marks.put(words, picture)
    if "not-a-picture" in words:
        return picture._replace(data=b"The sandbox promised a picture and sent these words instead. " * 300)
    if "truncated-picture" in words:
        return picture._replace(data=picture.data[: len(picture.data) * 2 // 3])
    if "big" in words:
        return picture._replace(data=_grown(picture.data, int(words["big"].number(_BIG) * _MEGABYTE)))
    return picture


def _grown(data: bytes, target: int) -> bytes:
    """The same picture, filled up with blocks that every reader skips. WebP stays as it is."""
    missing = max(target - len(data), 0)
    if data.startswith(b"\x89PNG"):
        block = b"saNd" + b"\0" * missing
        chunk = struct.pack(">I", missing) + block + struct.pack(">I", zlib.crc32(block))
        return data[:33] + chunk + data[33:]
    if data.startswith(b"\xff\xd8"):
        comment = b"\xff\xfe" + struct.pack(">H", 60_002) + b"s" * 60_000
        return data[:2] + comment * (missing // len(comment)) + data[2:]
    return data
