"""
What a picture's file gives away without being decoded: whether it can be transparent, how much there is in
it, whether its end is all the same. What looks suspicious here is worth decoding; nearly nothing does.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_BLOCK = 262_144
_MOST = 400_000_000
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG's colour types
_TAIL, _LONGEST_PERIOD = 400, 96
_SPARSE = {"image/png": 0.3, "image/jpeg": 0.15, "image/webp": 0.1}
_TAIL_SHARE = 0.03
_PACKABLE = 0.7


class Trace(NamedTuple):
    """What can be known of a picture from its bytes alone."""

    alpha: bool
    """Could a pixel be transparent?"""
    cut: bool
    """Does the data end before the last row? Told only of a PNG that was unpacked."""
    suspicious: bool
    """So little in it, or so even towards its end, that it should be looked at."""


class Rows(NamedTuple):
    """What a PNG's rows come to."""

    whole: bool
    tail: float
    """The share of the height, from below, of rows in which nothing changes."""


def read(path: Path, media_type: str, width: int, height: int) -> Trace:
    """The trace of a whole picture, as `formats.inspect` knows it. Raises `OSError`."""
    with path.open("rb") as file:
        if media_type == "image/png":
            return _png(file, width, height)
        if media_type == "image/jpeg":
            return _jpeg(file, width * height)
        if media_type == "image/webp":
            return _webp(file, width * height)
    return Trace(alpha=True, cut=False, suspicious=True)


def _png(file: BinaryIO, width: int, height: int) -> Trace:
    file.seek(16)
    head = file.read(13)
    depth, colour, interlaced = head[8], head[9], bool(head[12])
    places: list[tuple[int, int]] = []
    alpha, at = colour in (4, 6), 33
    while True:
        file.seek(at)
        begin = file.read(8)
        length, kind = int.from_bytes(begin[:4], "big"), begin[4:]
        if len(begin) < 8 or kind == b"IEND":
            break
        alpha |= kind == b"tRNS"
        if kind == b"IDAT":
            places.append((at + 8, length))
        at += length + 12
    sparse = sum(length for _, length in places) * 8 / (width * height) < _SPARSE["image/png"]
    bits = depth * _CHANNELS.get(colour, 1)
    row = (width * bits + 7) // 8 + 1
    # Unpacking costs ten times what verifying does: it is left out where the end is as dense as a picture.
    if interlaced or row * height > _MOST or not (sparse or _can_be_packed(_last(file, places))):
        return Trace(alpha, cut=False, suspicious=sparse)
    rows = _rows(_inflated(file, places), row, height, max(1, bits // 8))
    return Trace(alpha, not rows.whole, sparse or rows.tail > _TAIL_SHARE)


def _last(file: BinaryIO, places: list[tuple[int, int]]) -> bytes:
    """The last bytes of a PNG's packed rows, but for the checksum behind them."""
    last = b""
    for at, length in reversed(places):
        missing = min(length, _TAIL + 8 - len(last))
        file.seek(at + length - missing)
        last = file.read(missing) + last
        if len(last) >= _TAIL + 8:
            break
    return last[:-8]


def _can_be_packed(data: bytes) -> bool:
    """
    Can packed data be packed again? Long stretches of one colour become the same few codes over and over.
    """
    return len(zlib.compress(data, 9)) < _PACKABLE * len(data)


def _inflated(file: BinaryIO, places: list[tuple[int, int]]) -> Iterator[bytes]:
    """The rows' bytes, a block at a time; they simply end where the data does or makes no sense."""
    stream = zlib.decompressobj()
    for at, length in places:
        file.seek(at)
        left = length
        while left:
            block = file.read(min(left, _BLOCK))
            left -= len(block)
            try:
                while block:
                    yield stream.decompress(block, _BLOCK)
                    block = stream.unconsumed_tail
            except zlib.error:
                return


def _rows(blocks: Iterator[bytes], row: int, height: int, pixel: int) -> Rows:
    """
    A row in which nothing changes is, whatever its filter, one pixel and then the same again and again.
    """
    count = even = 0
    rest = b""
    for block in blocks:
        data = rest + block
        for at in range(0, len(data) - row + 1, row):
            body = data[at + 1 + pixel : at + row]
            even = even + 1 if body[pixel:] == body[:-pixel] else 0
            count += 1
        rest = data[len(data) - len(data) % row :]
        if count >= height:
            break
    return Rows(count >= height, even / height)


def _jpeg(file: BinaryIO, pixels: int) -> Trace:
    at = 2
    while True:
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[1] == 0xDA:
            break
        at += 1 if head[1] == 0xFF else 2 + int.from_bytes(head[2:], "big")
    end = file.seek(0, 2)
    file.seek(max(at, end - 4 * _TAIL))
    data = file.read()
    sparse = (end - at) * 8 / pixels < _SPARSE["image/jpeg"]
    return Trace(False, cut=False, suspicious=sparse or _repeats(data[: data.rfind(b"\xff\xd9")]))


def _repeats(data: bytes) -> bool:
    """
    Does coded picture data end in one pattern over and over? Blocks of one colour have one code each, so a
    stretch of them repeats itself within few bytes, and hardly anything else does.
    """
    tail = data.replace(b"\xff\x00", b"\xff")[-_TAIL - 8 : -8]
    if len(tail) < _TAIL:
        return False
    return any(tail[period:] == tail[:-period] for period in range(1, _LONGEST_PERIOD))


def _webp(file: BinaryIO, pixels: int) -> Trace:
    end = file.seek(0, 2)
    at, coded, alpha = 12, 0, False
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        kind, length = head[:4], int.from_bytes(head[4:8], "little")
        if kind in (b"VP8 ", b"VP8L", b"ANMF"):
            coded += length
        alpha |= kind == b"VP8X" and bool(head[8] & 0x10)
        alpha |= kind == b"VP8L" and bool(head[12] & 0x10)
        at += 8 + length + length % 2
    return Trace(alpha, cut=False, suspicious=coded * 8 / pixels < _SPARSE["image/webp"])
