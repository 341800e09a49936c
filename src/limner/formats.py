"""
What a picture file is, told from its bytes, and whether it is whole.

Wholeness is checked on the file's own structure: every PNG chunk with its checksum up to IEND, JPEG
segments to the end marker, the length a WebP file declares. That costs a tenth of decoding and finds
what goes wrong on the way: cut, damaged, or not a picture at all.
"""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

_BLOCK = 262_144
EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
SPELLINGS = {"image/jpeg": (".jpg", ".jpeg")}
_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


class Broken(Exception):
    """Not a whole picture. The argument is a word for the reason."""


class Format(NamedTuple):
    media_type: str
    width: int
    height: int
    bytes: int


def inspect(path: Path) -> Format:
    """Type and size in pixels of a whole picture. Raises `Broken`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        for begins, read in _READERS:
            if begins(head):
                try:
                    media_type, width, height = read(file, size)
                except (IndexError, ValueError) as error:
                    raise Broken("cut") from error
                if width < 1 or height < 1:
                    raise Broken("empty")
                return Format(media_type, width, height, size)
    raise Broken("type")


def _png(file: BinaryIO, size: int) -> tuple[str, int, int]:
    file.seek(8)
    width = height = 0
    seen_data = False
    while True:
        head = _exactly(file, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if length > size:
            raise Broken("cut")
        check = zlib.crc32(kind)
        left = length
        while left:
            block = _exactly(file, min(left, _BLOCK))
            if kind == b"IHDR":
                width, height = int.from_bytes(block[:4], "big"), int.from_bytes(block[4:8], "big")
            check = zlib.crc32(block, check)
            left -= len(block)
        if int.from_bytes(_exactly(file, 4), "big") != check:
            raise Broken("damaged")
        seen_data |= kind == b"IDAT"
        if kind == b"IEND":
            if not seen_data:
                raise Broken("empty")
            return "image/png", width, height


def _jpeg(file: BinaryIO, size: int) -> tuple[str, int, int]:
    file.seek(2)
    width = height = 0
    while True:
        marker = _exactly(file, 2)
        if marker[0] != 0xFF:
            raise Broken("damaged")
        if marker[1] == 0xFF:
            file.seek(-1, 1)
            continue
        length = int.from_bytes(_exactly(file, 2), "big")
        if marker[1] in _SOF:
            frame = _exactly(file, 5)
            height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
            length -= 5
        file.seek(length - 2, 1)
        if marker[1] == 0xDA:
            break
    file.seek(max(0, size - 1024))
    # Some encoders pad after the end marker; a cut file has none near its end.
    if b"\xff\xd9" not in file.read():
        raise Broken("cut")
    return "image/jpeg", width, height


def _webp(file: BinaryIO, size: int) -> tuple[str, int, int]:
    head = _exactly(file, 30)
    if int.from_bytes(head[4:8], "little") + 8 > size:
        raise Broken("cut")
    kind = head[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
    else:
        raise Broken("damaged")
    return "image/webp", width, height


def _gif(file: BinaryIO, size: int) -> tuple[str, int, int]:
    head = _exactly(file, 13)
    file.seek(_colours(head[10]), 1)
    while True:
        kind = _exactly(file, 1)
        if kind == b"\x3b":
            return "image/gif", int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
        if kind == b"\x2c":
            file.seek(_colours(_exactly(file, 9)[8]) + 1, 1)
        elif kind == b"\x21":
            file.seek(1, 1)
        else:
            raise Broken("damaged")
        while length := _exactly(file, 1)[0]:
            file.seek(length, 1)
        if file.tell() > size:
            raise Broken("cut")


def _colours(flags: int) -> int:
    """The length of a colour table, if the flags say that there is one."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _exactly(file: BinaryIO, count: int) -> bytes:
    block = file.read(count)
    if len(block) != count:
        raise Broken("cut")
    return block


_Reader = Callable[[BinaryIO, int], tuple[str, int, int]]
_READERS: tuple[tuple[Callable[[bytes], bool], _Reader], ...] = (
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), _gif),
)
