"""
The blocks of a picture file that can say where it comes from, found by walking its structure, never its
pixels. A file is data: whatever it claims, few blocks are walked, little of each is read, and nothing raises
but the disk.

    PNG     caBX, iTXt, tEXt, zTXt, eXIf             C2PA 2.x A.3; PNG 3rd edition
    JPEG    APP1 (Exif, XMP), APP11 (JUMBF)          ISO 19566-5; XMP specification part 3
    WebP    C2PA, "XMP ", EXIF                       RIFF container of WebP
    HEIF    uuid boxes, items named in meta          AVIF and HEIC: ISO 14496-12, 23008-12
"""

import os
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, Literal, NamedTuple

from limner.provenance import boxes
from limner.provenance.boxes import ReadAt
from limner.provenance.torn import Torn

Kind = Literal["c2pa", "xmp", "exif", "aigc"]

_MOST_BLOCKS, _MOST_MARKS = 20_000, 32
_MOST_BYTES = 1_000_000
_BEGINNING = 256
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_HEAD = b"Exif\0\0"
_XMP_WORD = b"XML:com.adobe.xmp"
_AIGC_WORD = b"AIGC"
_WORDS = (_XMP_WORD + b"\0", _AIGC_WORD + b"\0")
_WORD = max(map(len, _WORDS))
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")


class Block(NamedTuple):
    kind: Kind
    data: bytes
    """Of a C2PA store only the beginning: what it says is for those who can check it."""
    size: int
    """Bytes that there are of it in the file."""


class Found(NamedTuple):
    media_type: str | None
    """`None`: no type in which marks are looked for."""
    blocks: tuple[Block, ...]
    whole: bool
    """Was all of it looked at? Not where the file is torn, or of more blocks than anybody makes."""


def scan(file: BinaryIO, size: int) -> Found:
    """The blocks of the file, in their order. `file` should be unbuffered. Raises `OSError`."""
    read = _reader(file)
    media_type, walk = _type(read(32, 0))
    if walk is None:
        return Found(None, (), whole=False)
    found: list[Block] = []
    try:
        for block in islice(walk(read, size), _MOST_MARKS):
            found.append(block)  # one by one: what came before a torn place stays
    except Torn:
        return Found(media_type, tuple(found), whole=False)
    return Found(media_type, tuple(found), whole=len(found) < _MOST_MARKS)


_Walk = Callable[[ReadAt, int], Iterator[Block]]


def _reader(file: BinaryIO) -> ReadAt:
    """With one call to the system where it can: a picture may have hundreds of blocks."""
    if hasattr(os, "pread"):
        number, pread = file.fileno(), os.pread
        return lambda length, at: pread(number, length, at)

    def read(length: int, at: int) -> bytes:
        file.seek(at)
        return file.read(length)

    return read


def _type(head: bytes) -> tuple[str | None, _Walk | None]:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _png
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", _webp
    brand = boxes.media_type(head)
    return (brand, _heif) if brand else (None, None)


def _png(read: ReadAt, size: int) -> Iterator[Block]:
    at = 8
    for _ in range(_MOST_BLOCKS):
        head = read(8, at)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if at + 12 + length > size:
            raise Torn
        if kind == b"IDAT":  # first, because there are hundreds of them
            at += 12 + length
            continue
        if kind == b"IEND" or len(head) < 8:
            break
        if kind == b"caBX":
            yield Block("c2pa", read(min(length, _BEGINNING), at + 8), length)
        elif kind == b"eXIf":
            yield Block("exif", _small(read, length, at + 8), length)
        elif kind in _TEXTS and read(_WORD, at + 8).startswith(_WORDS):
            yield from _text(kind, _small(read, length, at + 8))
        at += 12 + length
    if kind != b"IEND":
        raise Torn


def _text(kind: bytes, data: bytes) -> Iterator[Block]:
    word, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    if packed:
        rest = _unpacked(rest)
    yield Block("xmp" if word == _XMP_WORD else "aigc", rest, len(rest))


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, _MOST_BYTES)
    except zlib.error as error:
        raise Torn from error
    if not stream.eof:
        raise Torn
    return plain


def _jpeg(read: ReadAt, size: int) -> Iterator[Block]:
    at = 2
    stores: dict[bytes, Block] = {}
    for _ in range(_MOST_BLOCKS):
        head = read(4, at)
        if len(head) < 4 or head[0] != 0xFF:
            raise Torn
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xDA, 0xD9):
            yield from stores.values()
            return
        if length < 2 or at + 2 + length > size:
            yield from stores.values()
            raise Torn
        if marker == 0xE1:
            yield from _app1(_small(read, length - 2, at + 4))
        elif marker == 0xEB:
            _app11(read(min(length - 2, _BEGINNING), at + 4), length - 2, stores)
        at += 2 + length
    raise Torn


def _app1(data: bytes) -> Iterator[Block]:
    for head, kind in ((_XMP_HEAD, "xmp"), (_EXIF_HEAD, "exif")):
        if data.startswith(head):
            yield Block(kind, data[len(head) :], len(data) - len(head))  # type: ignore[arg-type]


def _app11(data: bytes, length: int, stores: dict[bytes, Block]) -> None:
    """A store may be spread over many segments: "JP", the box's number, the part's number, its beginning."""
    if data[:2] != b"JP" or length < 16:
        return
    number, first = data[2:4], data[4:8] == b"\0\0\0\1"
    known = stores.get(number)
    if known is not None and not first:
        # Each part repeats the length and type of the box.
        stores[number] = known._replace(size=known.size + length - 16)
    elif known is None and first and boxes.is_c2pa(data[8:]):
        stores[number] = Block("c2pa", data[8:], length - 8)


def _webp(read: ReadAt, size: int) -> Iterator[Block]:
    end = int.from_bytes(read(4, 4), "little") + 8
    at = 12
    for _ in range(_MOST_BLOCKS):
        if at >= end:
            return
        head = read(8, at)
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if len(head) < 8 or at + 8 + length > size:
            raise Torn
        if kind == b"C2PA":
            yield Block("c2pa", read(min(length, _BEGINNING), at + 8), length)
        elif kind == b"XMP ":
            yield Block("xmp", _small(read, length, at + 8), length)
        elif kind == b"EXIF":
            yield Block("exif", _small(read, length, at + 8).removeprefix(_EXIF_HEAD), length)
        at += 8 + length + length % 2
    raise Torn


def _heif(read: ReadAt, size: int) -> Iterator[Block]:
    for kind, at, length in boxes.marks(read, size):
        if kind == "c2pa":
            yield Block("c2pa", read(min(length, _BEGINNING), at), length)
        elif kind == "xmp":
            yield Block("xmp", _small(read, length, at), length)
        else:
            # Four bytes say where in the item the Exif data begins.
            data = _small(read, length, at)
            begin = 4 + int.from_bytes(data[:4], "big")
            yield Block("exif", data[begin:].removeprefix(_EXIF_HEAD), length)


def _small(read: ReadAt, length: int, at: int) -> bytes:
    if length > _MOST_BYTES:
        raise Torn
    return read(length, at)
