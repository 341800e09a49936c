"""
Pictures going out: checked, upright, no larger than a gateway takes, and not telling where they were taken.

    path ─▶ kind, from the first bytes ─▶ hash ─▶ a copy made before? ─────────────────▶ Reference
                                                  └▶ size ─▶ pixels ─▶ fine as it is? ─▶ Reference
                                                                       └▶ shrunk copy ─▶ Reference

The pixel count is checked before a pixel is decoded, and Pillow's readers are called by name: it never
gets to guess among its formats, and only the reader that is needed is loaded.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from limner.errors import LimnerError, StorageFailed, Usage
from limner.home import private_folder
from limner.pixels import draft_size, metadata, shrunk, within
from limner.types import Reference

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_RECIPE = "1"  # raised when the same source and limits would give another copy: older copies are forgotten
_MOST_SOURCE_BYTES = 256 << 20
_MOST_PIXELS = 64_000_000
_MOST_PIXELS_HELD_TWICE = 30_000_000  # some readers hold a picture several times over
_JPEG_QUALITIES = (88, 80, 72, 64)


class Limits(NamedTuple):
    """What a gateway accepts; the caller reads it from the gateway's facts file."""

    longest_side: int = 1024  # pixels
    bytes: int = 1_000_000  # of each file that is sent, shrunk or not
    files: int = 9
    media_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")  # what may be sent as it is
    links: bool = False  # whether it fetches web addresses by itself


class _Kind(NamedTuple):
    name: str
    media_type: str
    module: str
    reader: str
    most_pixels: int = _MOST_PIXELS


_JPEG = _Kind("JPEG", "image/jpeg", "PIL.JpegImagePlugin", "JpegImageFile")
_PNG = _Kind("PNG", "image/png", "PIL.PngImagePlugin", "PngImageFile")
_WEBP = _Kind("WebP", "image/webp", "PIL.WebPImagePlugin", "WebPImageFile", _MOST_PIXELS_HELD_TWICE)
_GIF = _Kind("GIF", "image/gif", "PIL.GifImagePlugin", "GifImageFile")
_AVIF = _Kind("AVIF", "image/avif", "PIL.AvifImagePlugin", "AvifImageFile", _MOST_PIXELS_HELD_TWICE)
_HEIC = _Kind("HEIC", "image/heic", "pi_heif", "HeifImageFile")
_ALLOWED = tuple(kind.name for kind in (_JPEG, _PNG, _WEBP, _GIF, _AVIF, _HEIC))

_BEGINNINGS: dict[bytes, _Kind | str]
_BEGINNINGS = {b"\xff\xd8\xff": _JPEG, b"\x89PNG\r\n\x1a\n": _PNG, b"GIF87a": _GIF, b"GIF89a": _GIF}
_BEGINNINGS |= {b"II*\0": "TIFF", b"MM\0*": "TIFF", b"8BPS": "PSD", b"%!PS": "EPS", b"\xff\x0a": "JPEG XL"}
_BEGINNINGS |= {b"\0\0\0\x0cJXL ": "JPEG XL", b"\0\0\0\x0cjP  ": "JPEG 2000", b"\xc5\xd0\xd3\xc6": "EPS"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_Copy = tuple[bytes, _Kind, tuple[int, int]]  # a picture encoded, what as, and its size


class _Source(NamedTuple):
    """A person's file, open, hashed and known to start like a picture."""

    given: str
    path: Path
    file: BufferedReader
    status: os.stat_result
    kind: _Kind
    sha256: str

    def still_the_same(self) -> None:
        """Raises `Usage` when somebody wrote to the file since it was opened."""
        now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self.status.st_size, self.status.st_mtime_ns):
            raise Usage("reference.changed", path=self.given)


def prepare(sources: Sequence[str], limits: Limits, folder: Path) -> tuple[Reference, ...]:
    """
    The files to send for `sources` (paths), in their order. Raises `Usage` with a key per reason.

    A file goes out as it is when it is small enough, upright, still, decodable and of an accepted type. Two
    kinds of small files are copied all the same: those that say where they were taken (GPS in EXIF or XMP),
    because nobody who sends a picture means to send an address, and CMYK, which many gateways show inverted.

    Copies carry no metadata at all, are in sRGB, and are kept in `folder` under the source's hash: the same
    source is shrunk once. The person's file is never written to.
    """
    if len(sources) > limits.files:
        raise Usage("reference.too_many", count=len(sources), limit=limits.files)
    return tuple(
        _link(given) if limits.links and _is_link(given) else _prepared(given, limits, folder)
        for given in sources
    )


def demand(sources: Sequence[str]) -> None:
    """Raises `Usage` for a file that is not there, wherever it was to be sent."""
    for given in sources:
        if not _is_link(given):
            _opened(given).close()


def unchanged(reference: Reference) -> bool:
    """Whether the person's file, and the copy sent in its place, still have the bytes they had."""
    if reference.is_link:
        return True
    person_file = reference.source if reference.shrunk else reference.path
    return _hash_now(person_file) == reference.source_sha256 and _hash_now(reference.path) == reference.sha256


def _prepared(given: str, limits: Limits, folder: Path) -> Reference:
    with _opened(given) as file:
        source = _examined(given, file)
        return _remembered(source, limits, folder) or _made(source, limits, folder)


def _opened(given: str) -> BufferedReader:
    if _is_link(given):
        raise Usage("reference.url_not_taken", path=given)
    try:
        mode = _path(given).stat().st_mode
        file = _path(given).open("rb") if stat.S_ISREG(mode) else None
    except (OSError, ValueError, RuntimeError) as error:
        absent = getattr(error, "errno", None) in (None, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
        raise Usage("reference.missing" if absent else "reference.unreadable", path=given) from error
    if file is None:
        raise Usage("reference.folder" if stat.S_ISDIR(mode) else "reference.not_a_file", path=given)
    return file


def _is_link(given: str) -> bool:
    return given.lower().startswith(("http://", "https://"))


def _link(given: str) -> Reference:
    """Passed on as it stands: nobody here knows what lies behind it."""
    name = hashlib.sha256(given.encode()).hexdigest()
    return Reference(given, name, given, name, "", 0, 0, 0, False, 0)


def _path(given: str) -> Path:
    return (Path(given).expanduser() if given.startswith("~/") else Path(given)).resolve()


def _examined(given: str, file: BufferedReader) -> _Source:
    status = os.fstat(file.fileno())
    try:
        kind = _kind(given, file.peek()[:1024])
        if status.st_size > _MOST_SOURCE_BYTES:
            raise Usage("reference.too_heavy", path=given, limit=f"{_MOST_SOURCE_BYTES >> 20} MB")
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
    except OSError as error:
        raise Usage("reference.unreadable", path=given) from error
    source = _Source(given, _path(given), file, status, kind, sha256)
    source.still_the_same()
    return source


def _kind(given: str, head: bytes) -> _Kind:
    if not head:
        raise Usage("reference.empty", path=given)
    found = next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)
    found = found or _kind_inside(head)
    if isinstance(found, _Kind):
        return found
    if found:
        raise Usage("reference.type", path=given, found=found, allowed=_ALLOWED)
    raise Usage("reference.not_a_picture", path=given, allowed=_ALLOWED)


def _kind_inside(head: bytes) -> _Kind | str | None:
    """The kinds that their very first bytes do not tell from sounds, videos and texts."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp":
        end = min(int.from_bytes(head[:4], "big"), len(head))
        brands = {head[8:12], *(head[start : start + 4] for start in range(16, end, 4))}
        return _AVIF if brands & {b"avif", b"avis"} else _HEIC if brands & _HEIC_BRANDS else None
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "BMP"
    return "SVG" if b"<svg" in head.lower() else None


def _hash_now(given: str) -> str | None:
    try:
        with _opened(given) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (Usage, OSError):
        return None


def _made(source: _Source, limits: Limits, folder: Path) -> Reference:
    with _decoding(source):
        image = _unread(source)
        shape = image.size
        small = _small(image, source, limits)
        if not small:
            image.draft(None, draft_size(shape, limits.longest_side))
        image.load()
    orientation, located = metadata(image)
    if small and orientation == 1 and not located and image.mode != "CMYK":
        return _reference(source, source.path, source.sha256, source.kind, shape)
    small_image = shrunk(image, shape, orientation, limits.longest_side)
    return _kept(_encoded(small_image, source, limits), source, limits, folder)


@contextmanager
def _decoding(source: _Source) -> Iterator[None]:
    """Whatever a reader trips over (they raise a dozen types) is one thing to a person: a broken file."""
    try:
        yield
    except (LimnerError, MemoryError):
        raise
    except Exception as error:
        source.still_the_same()
        bomb = type(error).__name__.startswith("DecompressionBomb")
        facts = {"path": source.given, "limit": source.kind.most_pixels // 1_000_000}
        raise Usage("reference.too_large" if bomb else "reference.broken", **facts) from error
    source.still_the_same()


def _unread(source: _Source) -> "ImageFile":
    """The picture with its header read and its size found harmless."""
    kind = source.kind
    try:
        module = import_module(kind.module)
    except ImportError as error:
        raise Usage("reference.needs_heif", path=source.given) from error
    image: ImageFile = getattr(module, kind.reader)(source.file)
    if image.width * image.height > kind.most_pixels:
        raise Usage("reference.too_large", path=source.given, limit=kind.most_pixels // 1_000_000)
    return image


def _small(image: "ImageFile", source: _Source, limits: Limits) -> bool:
    return (
        source.kind.media_type in limits.media_types
        and max(image.size) <= limits.longest_side
        and source.status.st_size <= limits.bytes
        and not getattr(image, "is_animated", False)
        and "mp" not in image.info  # a second picture behind the first, with metadata of its own
    )


def _encoded(image: "Image", source: _Source, limits: Limits) -> _Copy:
    """JPEG loses quality down to a floor before it loses pixels; PNG has only pixels to lose."""
    image, kind = _ready_to_encode(image, source, limits)
    smaller = image
    while True:
        for options in [{"quality": quality} for quality in _JPEG_QUALITIES] if kind is _JPEG else [{}]:
            into = BytesIO()
            # Told a suffix, Pillow 13 loads one encoder; told a format, it loads five.
            into.name = f"copy.{kind.name.lower()}"
            smaller.save(into, None, **options)
            if into.tell() <= limits.bytes:
                return into.getvalue(), kind, smaller.size
        longest = int(max(smaller.size) * min(0.9, 0.95 * (limits.bytes / into.tell()) ** 0.5))
        if longest < 1:
            raise Usage("reference.does_not_fit", path=source.given, limit=limits.bytes)
        smaller = image.resize(within(image.size, longest))


def _ready_to_encode(image: "Image", source: _Source, limits: Limits) -> tuple["Image", _Kind]:
    """PNG where transparency is really used, else JPEG; on white where the gateway takes no PNG."""
    from PIL.Image import alpha_composite, new

    jpeg, png = (kind.media_type in limits.media_types for kind in (_JPEG, _PNG))
    if not jpeg and not png:
        raise Usage("reference.type", path=source.given, found=source.kind.name, allowed=limits.media_types)
    transparent = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
    if png and (transparent or not jpeg):
        return image, _PNG
    if transparent:
        image = alpha_composite(new("RGBA", image.size, "white"), image)
    return image.convert("L" if image.mode == "L" else "RGB"), _JPEG


def _reference(source: _Source, path: Path, sha256: str, kind: _Kind, size: tuple[int, int]) -> Reference:
    weight = source.status.st_size if path == source.path else path.stat().st_size
    sent = (str(path), sha256, kind.media_type, *size, weight, path != source.path)
    return Reference(source.given, source.sha256, *sent, source.status.st_size)


def _remembered(source: _Source, limits: Limits, folder: Path) -> Reference | None:
    """The copy made before from these bytes for these limits, if it still has the bytes it had."""
    try:
        recipe, name, sha256, width, height = _note(source, limits, folder).read_text().split()
        path = (folder / name).absolute()
        if recipe != _RECIPE or _hash_now(str(path)) != sha256:
            return None
        kind = _PNG if path.suffix == ".png" else _JPEG
        return _reference(source, path, sha256, kind, (int(width), int(height)))
    except (OSError, ValueError):
        return None


def _kept(copy: _Copy, source: _Source, limits: Limits, folder: Path) -> Reference:
    """The note is written last, so a copy it speaks of is whole."""
    data, kind, size = copy
    sha256 = hashlib.sha256(data).hexdigest()
    path = (folder / f"{_stem(source, limits)}{'.jpg' if kind is _JPEG else '.png'}").absolute()
    note = f"{_RECIPE} {path.name} {sha256} {size[0]} {size[1]}"
    try:
        private_folder(folder)
        _write(path, data)
        _write(_note(source, limits, folder), note.encode())
        return _reference(source, path, sha256, kind, size)
    except OSError as error:
        raise StorageFailed("reference.not_stored", path=str(folder), reason=error.strerror) from error


def _stem(source: _Source, limits: Limits) -> str:
    """Never the name the person's own file has, should it lie among the copies."""
    own = "copy-of-" if source.path.name.startswith(source.sha256) else ""
    return f"{own}{source.sha256}-{limits.longest_side}x{limits.bytes}"


def _note(source: _Source, limits: Limits, folder: Path) -> Path:
    """Accepted types are part of its name: they decide whether there is a copy, and of which type."""
    types = hashlib.sha256(" ".join(sorted(limits.media_types)).encode()).hexdigest()[:8]
    return folder / f"{_stem(source, limits)}-{types}.txt"


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    unfinished = path.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with open(unfinished, "xb", opener=partial(os.open, mode=0o600)) as file:
            file.write(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
