"""
Boxes: the beginning of a C2PA store (JUMBF, ISO 19566-5), and AVIF and HEIC files (ISO 14496-12, 23008-12).
"""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from limner.provenance.torn import Torn

_C2PA_STORE = bytes.fromhex("6332706100110010800000aa00389b71")
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
}
_MOST_BOXES, _MOST_ITEMS = 1_000, 2_000
_MOST_META = 1_000_000
_PURPOSE = 64

ReadAt = Callable[[int, int], bytes]
"""As many bytes of a file as there are of so many from a place on."""

Part = tuple[Literal["c2pa", "xmp", "exif"], int, int]
"""What it is, where it begins in the file, and how long it is."""


class _Box(NamedTuple):
    kind: bytes
    at: int
    """Where its content begins."""
    end: int


def is_c2pa(data: bytes) -> bool:
    """Do these bytes begin a C2PA store: a superbox whose description names it?"""
    return data[4:8] == b"jumb" and data[12:16] == b"jumd" and data[16:32] == _C2PA_STORE


def is_whole(data: bytes, size: int) -> bool:
    """Is as much of the store there as it says that it has?"""
    return 32 <= int.from_bytes(data[:4], "big") <= size


def media_type(head: bytes) -> str | None:
    """Of a file that begins with these bytes, by its main brand."""
    return _BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def marks(read: ReadAt, size: int) -> Iterator[Part]:
    """Where in a file of `size` bytes there is something to read. Raises `Torn`."""
    for box in _boxes(read, 0, size):
        if box.kind == b"uuid":
            name = read(16, box.at)
            if name == _XMP_BOX:
                yield "xmp", box.at + 16, box.end - box.at - 16
            elif name == _C2PA_BOX:
                # Version and flags, the purpose as text, the place of a hash tree; then the store.
                purpose = read(_PURPOSE, box.at + 16)[4:].partition(b"\0")[0]
                at = box.at + 16 + 4 + len(purpose) + 1 + 8
                yield "c2pa", at, max(0, box.end - at)
        elif box.kind == b"meta":
            if box.end - box.at > _MOST_META:
                raise Torn
            yield from _items(read(box.end - box.at, box.at), size)


def _boxes(read: ReadAt, at: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        if at >= end:
            return
        head = read(16, at)
        length, kind, begin = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, begin = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = end - at
        if len(head) < begin or length < begin or at + length > end:
            raise Torn
        yield _Box(kind, at + begin, at + length)
        at += length
    raise Torn


class _Reader:
    """Numbers out of a box's bytes, one after the other. Raises `Torn` at their end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def take(self, width: int) -> bytes:
        found = self.data[self.at : self.at + width]
        if len(found) < width:
            raise Torn
        self.at += width
        return found

    def word(self) -> bytes:
        word, end, _ = self.data[self.at :].partition(b"\0")
        self.at += len(word) + len(end)
        return word


def _items(meta: bytes, size: int) -> Iterator[Part]:
    """The items of a meta box that are Exif data or XMP, by their places in the file."""
    parts = dict(_inside(meta, 4))
    kinds = dict(_kinds(parts.get(b"iinf", b"")))
    for item, at, length in _places(parts.get(b"iloc", b"")):
        if item in kinds:
            if at + length > size:
                raise Torn
            yield kinds[item], at, length


def _inside(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MOST_BOXES):
        if at >= len(data):
            return
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length < 8 or at + length > len(data):
            raise Torn
        yield kind, data[at + 8 : at + length]
        at += length
    raise Torn


def _kinds(data: bytes) -> Iterator[tuple[int, Literal["xmp", "exif"]]]:
    if not data:
        return
    at = 4 + (2 if data[0] == 0 else 4)
    for kind, entry in _inside(data, at):
        if kind != b"infe" or not entry or entry[0] < 2:
            continue
        reader = _Reader(entry)
        reader.take(4)
        item = reader.number(2 if entry[0] == 2 else 4)
        reader.take(2)
        named = reader.take(4)
        reader.word()
        if named == b"Exif":
            yield item, "exif"
        elif named == b"mime" and reader.word() == b"application/rdf+xml":
            yield item, "xmp"


def _places(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Item, place and length of each item that lies in the file in one piece."""
    if not data:
        return
    version = data[0]
    reader = _Reader(data)
    reader.take(4)
    widths = reader.number(2)
    offset_w, length_w, base_w = widths >> 12, widths >> 8 & 15, widths >> 4 & 15
    index_w = widths & 15 if version else 0
    wide = 2 if version < 2 else 4
    for _ in range(min(reader.number(wide), _MOST_ITEMS)):
        item = reader.number(wide)
        inside = reader.number(2) & 15 if version else 0
        reader.take(2)
        base = reader.number(base_w)
        pieces = reader.number(2)
        if pieces == 1:
            reader.take(index_w)
            at, length = base + reader.number(offset_w), reader.number(length_w)
            if inside == 0:
                yield item, at, length
        else:
            reader.take(pieces * (index_w + offset_w + length_w))
