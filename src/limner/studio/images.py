"""
Pictures on their way to the page: the gateway's own bytes, or a small copy that is made once.

Nothing is served by its path. An address names a job or a quote and a place in it, and the ledger knows the
file. Small copies are kept under the hash of the picture, so the same picture has one, whoever asks.
"""

import hashlib
import os
import threading
from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse, Response

from limner.home import private_folder
from limner.studio.visit import Visit

_SIDE = 480
_MOST_PIXELS = 200_000_000
_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
# A page asks for dozens at once; decoding them all together would take their memory together.
_DECODING = threading.BoundedSemaphore(2)
_FOR_GOOD = {"cache-control": "private, max-age=31536000, immutable"}


def picture(visit: Visit) -> Response:
    """The whole picture, byte for byte. With `?save` a browser keeps it instead of showing it."""
    found = visit.client.ledger.pictures(visit.path["job"]).get(visit.path["place"])
    if found is None or not Path(found.path).is_file():
        return _nothing()
    shown = found.media_type in _SHOWN
    kind = found.media_type if shown else "application/octet-stream"
    name = Path(found.path).name if visit.asked("save") or not shown else None
    return FileResponse(found.path, media_type=kind, filename=name)


def thumb(visit: Visit) -> Response:
    found = visit.client.ledger.pictures(visit.path["job"]).get(visit.path["place"])
    return _small(visit, Path(found.path), found.sha256) if found else _nothing()


def reference(visit: Visit) -> Response:
    """A picture that a quote would send, as small as one needs to recognise it."""
    sent = visit.client.ledger.quote(visit.path["quote"]).choice.references
    place = visit.path["place"]
    if place >= len(sent) or sent[place].is_link:
        return _nothing()
    return _small(visit, Path(sent[place].path), sent[place].sha256)


def _small(visit: Visit, source: Path, sha256: str) -> Response:
    kept = visit.client.home.thumbnail(sha256)
    if not kept.is_file():
        with _DECODING:
            if not kept.is_file() and not _made(source, sha256, kept):
                return _nothing()
    return FileResponse(kept, media_type="image/webp", headers=_FOR_GOOD)


def _made(source: Path, sha256: str, target: Path) -> bool:
    """Did the file at `source`, which has to be the one the ledger knows, become a small copy?"""
    from PIL import Image

    draft = target.with_name(f".{os.urandom(4).hex()}")
    try:
        with source.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return False
            file.seek(0)
            image = Image.open(file, formats=_FORMATS)
            if image.width * image.height > _MOST_PIXELS:
                return False
            image.draft("RGB", (_SIDE, _SIDE))
            image.thumbnail((_SIDE, _SIDE), reducing_gap=2)
            small = image.convert("RGBA" if image.has_transparency_data else "RGB")
        private_folder(target.parent)
        small.save(draft, "WEBP", quality=82, method=2)
        draft.replace(target)
    except Exception:  # noqa: BLE001  # Pillow raises a dozen types; to a page they are all "no picture"
        draft.unlink(missing_ok=True)
        return False
    return True


def _nothing() -> Response:
    return PlainTextResponse("", 404)
