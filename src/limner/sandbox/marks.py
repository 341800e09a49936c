"""
Marks of origin that a word in the prompt puts into a picture's file: a C2PA box, China's label for generated
content, and broken ones. The words that say SANDBOX stay beside them.

Not imitated: signatures that hold. The C2PA box is one in form only, so that a check calls it invalid.
"""

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from xml.sax.saxutils import quoteattr

from PIL import Image

from limner.sandbox import faults
from limner.sandbox.imprint import SOFTWARE
from limner.sandbox.painter import Picture

_STORE = bytes.fromhex("6332706100110010800000aa00389b71")
_LABEL = {
    "Label": "1",
    "ContentProducer": SOFTWARE,
    "ProduceID": "sandbox-0001",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}
_EXIF_HEAD, _XMP_HEAD = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_XMP_WORD = b"XML:com.adobe.xmp\0\0\0\0\0"
_SOFTWARE_TAG, _MORE_TAGS, _COMMENT_TAG = 0x0131, 0x8769, 0x9286

Blocks = list[tuple[bytes, bytes]]
"""The blocks of a file, by the names its type has for them, up to the pixels."""


def put(words: faults.Words, picture: Picture) -> Picture:
    """The picture with the marks that these words ask for; as it is where they ask for none."""
    for word, change in _CHANGES.items():
        if word in words:
            read, write = _FILES[picture.data[:4]]
            blocks, rest = read(picture.data)
            change(blocks)
            picture = picture._replace(data=write(blocks, rest))
    return picture


def _store(claimed: int = 0) -> bytes:
    """A store of one description box. `claimed`: how many bytes more it says to have than it has."""
    description = _box(b"jumd", _STORE + b"\x03c2pa\0")
    return _box(b"jumb", description, claimed)


def _box(kind: bytes, content: bytes, claimed: int = 0) -> bytes:
    return struct.pack(">I", len(content) + 8 + claimed) + kind + content


def _signed(blocks: Blocks, claimed: int = 0) -> None:
    store = _store(claimed)
    png, jpeg = blocks[0][0] == b"IHDR", blocks[0][0][:1] == b"\xff"
    if png:
        blocks.insert(1, (b"caBX", store))
    elif jpeg:
        blocks.insert(0, (b"\xff\xeb", b"JP\0\1\0\0\0\1" + store))
    else:
        blocks.append((b"C2PA", store))


def _torn_store(blocks: Blocks) -> None:
    _signed(blocks, claimed=1_000)


def _labelled(blocks: Blocks) -> None:
    label = json.dumps(_LABEL, separators=(",", ":"))
    _in_packet(blocks, f" TC260:AIGC={quoteattr(label)} Iptc4xmpExt:AISystemUsed={quoteattr(SOFTWARE)}")


def _mangled(blocks: Blocks) -> None:
    """A label that is no JSON, in a packet whose end is missing."""
    _in_packet(blocks, ' TC260:AIGC="{Label: 1"')
    blocks[:] = [(name, content.replace(b"</rdf:RDF>", b"")) for name, content in blocks]


def _in_packet(blocks: Blocks, attributes: str) -> None:
    spaces = ' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    for place, (name, content) in enumerate(blocks):
        if b"<x:xmpmeta" in content:
            told = content.replace(b"<rdf:Description", f"<rdf:Description{spaces}{attributes}".encode(), 1)
            # The white space at the end is what is meant to be written over.
            grown = len(told) - len(content)
            blocks[place] = (name, told.replace(b" " * grown, b"", 1))


def _noted(blocks: Blocks) -> None:
    """The label as a PNG text; in JPEG and WebP as an Exif comment."""
    label = json.dumps(_LABEL, separators=(",", ":"))
    if blocks[0][0] == b"IHDR":
        blocks.insert(1, (b"tEXt", b"AIGC\0" + label.encode()))
        return
    exif = Image.Exif()
    exif[_SOFTWARE_TAG] = SOFTWARE
    exif.get_ifd(_MORE_TAGS)[_COMMENT_TAG] = b"ASCII\0\0\0AIGC:" + label.encode()
    for place, (name, content) in enumerate(blocks):
        if content.startswith(_EXIF_HEAD) or name == b"EXIF":
            bare = exif.tobytes().removeprefix(_EXIF_HEAD)
            blocks[place] = (name, bare if name == b"EXIF" else _EXIF_HEAD + bare)


_CHANGES: dict[str, Callable[[Blocks], None]] = {
    "c2pa": _signed,
    "c2pa-torn": _torn_store,
    "aigc": _labelled,
    "aigc-text": _noted,
    "aigc-torn": _mangled,
}


def _read_png(data: bytes) -> tuple[Blocks, bytes]:
    blocks: Blocks = []
    at = 8
    while data[at + 4 : at + 8] != b"IDAT":
        length = int.from_bytes(data[at : at + 4], "big")
        blocks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return blocks, data[at:]


def _write_png(blocks: Blocks, rest: bytes) -> bytes:
    chunks = (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in blocks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + rest


def _read_jpeg(data: bytes) -> tuple[Blocks, bytes]:
    blocks: Blocks = []
    at = 2
    while data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        blocks.append((data[at : at + 2], data[at + 4 : at + 2 + length]))
        at += 2 + length
    return blocks, data[at:]


def _write_jpeg(blocks: Blocks, rest: bytes) -> bytes:
    segments = (name + struct.pack(">H", len(content) + 2) + content for name, content in blocks)
    return b"\xff\xd8" + b"".join(segments) + rest


def _read_webp(data: bytes) -> tuple[Blocks, bytes]:
    return list(_riff(data)), b""


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _write_webp(blocks: Blocks, rest: bytes) -> bytes:
    spool = io.BytesIO()
    for name, content in blocks:
        spool.write(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2))
    return b"RIFF" + struct.pack("<I", 4 + spool.tell()) + b"WEBP" + spool.getvalue() + rest


_FILES = {
    b"\x89PNG": (_read_png, _write_png),
    b"\xff\xd8\xff\xe0": (_read_jpeg, _write_jpeg),
    b"\xff\xd8\xff\xe1": (_read_jpeg, _write_jpeg),
    b"RIFF": (_read_webp, _write_webp),
}
