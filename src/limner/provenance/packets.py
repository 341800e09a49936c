"""
What an XMP packet says of where its picture comes from. The packet is data: one with a document type is not
read at all, so that there are no entities to resolve, and its size and depth have limits.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.parsers import expat

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
AIGC = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_WANTED = {
    f"{_IPTC} DigitalSourceType": "source_type",
    f"{_IPTC} AISystemUsed": "system",
    f"{_IPTC} AISystemVersionUsed": "version",
    f"{AIGC} AIGC": "aigc",
    "http://purl.org/dc/terms/ provenance": "elsewhere",
}
_MOST_DEPTH = 60
_LONGEST = 64_000


class Said(NamedTuple):
    """`found`: by the names above, and the fields of a label that is written out as a structure."""

    found: Mapping[str, str]
    whole: bool


class _Refused(Exception):
    """Something that no packet needs and that only attacks use."""


class _Reading:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self._words: dict[int, list[str]] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > _MOST_DEPTH:
            raise _Refused
        for one, value in attributes.items():
            self._keep(one, value)
        if name in _WANTED or name.startswith(AIGC):
            self._words[len(self._open)] = []
            # The value of a property may be an address in an attribute of its own.
            self._keep(name, attributes.get(f"{_RDF} resource", ""))

    def words(self, text: str) -> None:
        for words in self._words.values():
            words.append(text)

    def end(self, name: str) -> None:
        words = self._words.pop(len(self._open), None)
        self._open.pop()
        if words is not None:
            self._keep(name, "".join(words))

    def _keep(self, name: str, value: str) -> None:
        known = _WANTED.get(name) or (name.replace(f"{AIGC} ", "aigc.") if name.startswith(AIGC) else None)
        if known and value.strip() and len(value) <= _LONGEST:
            self.found.setdefault(known, value.strip())


def read(data: bytes) -> Said:
    """Never raises: what a broken packet says before it breaks is kept, and that it breaks is told."""
    reading = _Reading()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    parser = expat.ParserCreate("utf-16" if wide else "utf-8", " ")
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.words
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data.rstrip(b"\0"), True)
    except (expat.ExpatError, _Refused, ValueError):
        return Said(reading.found, whole=False)
    return Said(reading.found, whole=True)


def _refuse(*_: Any) -> None:
    raise _Refused
