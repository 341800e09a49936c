"""
Where a picture says it comes from: the marks that it carries, read and never written.

    C2PA                a signed statement of the maker; here only whether it is there (`manifest` checks it)
    IPTC                the digital source type and the AI system, in XMP
    China's AI label    TC260: in XMP, a PNG text or an Exif comment

Not looked for: watermarks in the pixels. Nothing here adds, changes or removes a mark.
"""

import os
import stat
from collections.abc import Mapping
from errno import EINVAL
from pathlib import Path
from typing import Any, Literal, NamedTuple

from limner.messages import clean
from limner.provenance import blocks, boxes, labels
from limner.provenance.blocks import Block
from limner.provenance.labels import Label

READS = ("PNG", "JPEG", "WebP", "AVIF", "HEIC")

C2pa = Literal["absent", "elsewhere", "present", "valid", "trusted", "invalid"]
"""
"elsewhere": the file only names an address where a statement is to be had. "present": there, and not
checked. "valid": the signature holds. "trusted": and its signer is on the list of trusted ones.
"""

_LONGEST = 1_000


class Iptc(NamedTuple):
    source_type: str
    """As it is written, mostly an address below cv.iptc.org/newscodes/digitalsourcetype/."""
    system: str = ""
    version: str = ""

    @property
    def code(self) -> str:
        return self.source_type.rstrip("/").rpartition("/")[2]


class Marks(NamedTuple):
    """What a file carries."""

    media_type: str | None
    """`None`: marks are not looked for in files of this type."""
    c2pa: C2pa = "absent"
    iptc: Iptc | None = None
    tc260: Label | None = None
    whole: bool = True
    """Could all of it be read? Else there may be marks that were not seen."""

    @property
    def any(self) -> bool:
        return self.c2pa != "absent" or self.iptc is not None or self.tc260 is not None


def read(path: Path) -> Marks:
    """
    The marks of a picture file, from its structure alone: a fraction of a millisecond, whatever its size.
    Raises `OSError` and nothing else, whatever the bytes.
    """
    known = path.stat()
    if not (stat.S_ISREG(known.st_mode) or stat.S_ISDIR(known.st_mode)):
        raise OSError(EINVAL, os.strerror(EINVAL))  # pipes and devices have no end
    with path.open("rb", buffering=0) as file:
        found = blocks.scan(file, known.st_size)
    marks = Marks(found.media_type, whole=found.whole)
    for block in found.blocks:
        marks = _with(marks, block)
    return marks


def _with(marks: Marks, block: Block) -> Marks:
    if block.kind == "c2pa":
        fine = boxes.is_c2pa(block.data) and boxes.is_whole(block.data, block.size)
        return marks._replace(c2pa="present" if fine else "invalid")
    if block.kind == "xmp":
        return _with_packet(marks, block.data)
    if marks.tc260 is not None:
        return marks
    if block.kind == "aigc":
        return marks._replace(tc260=labels.of_json(block.data.decode("utf-8", "replace"), "text"))
    return marks._replace(tc260=labels.of_comment(block.data))


def _with_packet(marks: Marks, data: bytes) -> Marks:
    from limner.provenance import packets

    found, whole = packets.read(data)
    names = ("source_type", "system", "version")
    if marks.iptc is None and any(name in found for name in names[:2]):
        marks = marks._replace(iptc=Iptc(*(found.get(name, "") for name in names)))
    if marks.c2pa == "absent" and "elsewhere" in found:
        marks = marks._replace(c2pa="elsewhere")
    return marks._replace(tc260=marks.tc260 or labels.of_packet(found), whole=marks.whole and whole)


def told(marks: Marks) -> dict[str, Any]:
    """The marks for programs: plain JSON, additive only."""
    return {
        "c2pa": marks.c2pa,
        "iptc": harmless(marks.iptc._asdict()) if marks.iptc else None,
        "tc260": harmless(marks.tc260._asdict()) if marks.tc260 else None,
        "whole": marks.whole,
    }


def harmless(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Texts out of a file, as far as anybody needs them and without what acts on a terminal."""
    return {name: clean(value, _LONGEST) for name, value in fields.items()}
