"""
All that can be told of where one picture comes from: the marks its file carries now, whether its signature
holds, and, for a picture that was made here, what has become of it since it was delivered.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from limner import provenance
from limner.messages import clean, origin_text
from limner.provenance import Marks, harmless, manifest
from limner.provenance.manifest import Manifest
from limner.results import Picture

_LABELS = ("1", "2", "3")
_LONGEST_SIDECAR = 4_000_000
_CHANGED = ("assertion.dataHash", "assertion.bmffHash", "assertion.boxesHash", "assertion.collectionHash")
_SIGNER = ("signingCredential", "claimSignature.outsideValidity", "timeStamp")


class Origin(NamedTuple):
    """Where one picture says it comes from."""

    marks: Marks | None
    """`None`: the file is not there any more."""
    manifest: Manifest | None = None
    """The statement of C2PA, where it was checked."""
    changed: bool | None = None
    """Is the file another than was delivered? `None` for one that was not made here, or was not compared."""
    lost: tuple[str, ...] = ()
    """The marks that it was delivered with and does not carry any more: "c2pa", "iptc", "tc260"."""


def of_file(path: Path, *, check: bool = True, trusted: str = "") -> Origin:
    """`trusted`: the certificates of signers that are trusted, PEM. Raises `OSError`."""
    marks = provenance.read(path)
    if not check or marks.media_type is None or marks.c2pa not in ("present", "invalid"):
        return Origin(marks)
    found = manifest.check(path, marks.media_type, trusted)
    return Origin(marks._replace(c2pa=found.state) if found else marks, found)


def of_picture(picture: Picture, *, check: bool = True, trusted: str = "") -> Origin:
    """A picture made here. Whether it was changed since is told only with `check`. Raises nothing."""
    path = Path(picture.path)
    try:
        found = of_file(path, check=check, trusted=trusted)
        if not check:
            return found
        changed = path.stat().st_size != picture.bytes or _sha256(path) != picture.sha256
    except OSError:
        return Origin(None)
    return found._replace(changed=changed, lost=_lost(picture, found.marks) if changed else ())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lost(picture: Picture, marks: Marks | None) -> tuple[str, ...]:
    """What stands in the sidecar since the delivery, and is not in the file any more."""
    try:
        with Path(picture.sidecar).open("rb") as file:
            before = json.loads(file.read(_LONGEST_SIDECAR))["provenance"]
        had = [name for name in ("c2pa", "iptc", "tc260") if before.get(name) not in (None, "absent")]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ()
    now = provenance.told(marks) if marks else {}
    return tuple(name for name in had if now.get(name) in (None, "absent"))


def told(origin: Origin, language: str) -> dict[str, Any]:
    """For programs: plain JSON, additive only, with its sentences."""
    found = origin.manifest
    checked = None
    if found:
        texts = {name: value for name, value in found._asdict().items() if name != "problems"}
        checked = {**harmless(texts), "problems": [clean(code) for code in found.problems]}
    return {
        **provenance.told(origin.marks or Marks(None, whole=False)),
        "there": origin.marks is not None,
        "manifest": checked,
        "changed": origin.changed,
        "lost": list(origin.lost),
        "messages": said(origin, language),
    }


def said(origin: Origin, language: str) -> list[str]:
    """A sentence for each thing that is to be told, in plain words."""
    return [origin_text(key, language, facts) for key, facts in _sentences(origin, language)]


_Told = Iterator[tuple[str, Mapping[str, Any]]]


def _sentences(origin: Origin, language: str) -> _Told:
    marks = origin.marks
    if marks is None:
        yield "gone", {}
        return
    if marks.media_type is None:
        yield "other_type", {"types": provenance.READS}
        return
    yield from _of_c2pa(marks, origin.manifest, language)
    if marks.iptc and marks.iptc.source_type:
        yield "iptc", {"what": _type(marks.iptc.source_type, language)}
    if marks.iptc and marks.iptc.system:
        yield "system", {"system": f"{marks.iptc.system} {marks.iptc.version}".strip()}
    if marks.tc260:
        yield f"tc260_{marks.tc260.label if marks.tc260.label in _LABELS else 'unread'}", {}
        if marks.tc260.producer:
            yield "tc260_producer", {"producer": marks.tc260.producer}
    if not marks.whole:
        yield "partly", {}
    elif not marks.any:
        yield "none", {}
    if origin.changed:
        yield "changed", {}
    if origin.lost:
        yield "lost", {"marks": [origin_text(f"mark_{name}", language) for name in origin.lost]}


def _of_c2pa(marks: Marks, found: Manifest | None, language: str) -> _Told:
    if marks.c2pa == "absent":
        return
    if found is None:
        yield "c2pa_damaged" if marks.c2pa == "invalid" else f"c2pa_{marks.c2pa}", {}
        if marks.c2pa == "present" and not manifest.can_check():
            yield "check", {}
        return
    if found.state == "invalid":
        yield f"c2pa_{_wrong(found.problems)}", {"problems": found.problems}
        return
    yield f"c2pa_{found.state}", {"signer": found.signer or "?"}
    if found.source_type:
        yield "says_type", {"what": _type(found.source_type, language)}
    if found.maker:
        yield "says_maker", {"maker": found.maker}
    if found.generator:
        yield "says_generator", {"generator": found.generator}


def _wrong(problems: tuple[str, ...]) -> str:
    """Which sentence tells best what does not hold."""
    for begins, key in ((_CHANGED, "changed"), (_SIGNER, "signer")):
        if any(code.startswith(begins) for code in problems):
            return key
    return "damaged"


def _type(written: str, language: str) -> str:
    """An IPTC digital source type in words."""
    try:
        return origin_text(f"type_{provenance.Iptc(written).code}", language)
    except KeyError:
        return written
