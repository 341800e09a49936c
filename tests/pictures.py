"""Pictures made for a test, among them the ones nobody should be able to harm us with."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 60), (20, 60, 200), (220, 200, 40)
GPS_WORDS = b"behind the red door"

TURNED_HEIC = (
    # 64 x 32 pixels as stored, red beside blue, to be shown turned by 90 degrees: red above blue.
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAHUAAgAAAAACYQABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAKFtZGF0AAAAcSgBrwT4cWTTt/+LD///9Ujey/tVFvfIP38aUv9p"
    "F3//0Ki/aSrlkb2WtfnKUg80sPsfgJ7N/AuYVIXqBJ6fU8nRKZ9eKsRSjeEOeX1cdMSNPfWel8e8jAXn8lKvezMXMVcOh2CmmEH8"
    "lVrTbe/ziTvwAAAABkV4aWYAAE1NACoAAAAIAAEBEgADAAAAAQAGAAAAAAAA"
)


LIES = {
    "wrong-ratio", "wrong-format", "false-size", "other-model", "more", "no-alpha", "invisible", "cut-inside",
    "grey-bottom", "upscaled", "placeholder", "echo",
}  # fmt: skip
"""The sandbox's words for pictures that are not what was ordered. `test_checks` tries them."""

MARKS = {"c2pa", "c2pa-torn", "aigc", "aigc-text", "aigc-torn"}
"""The sandbox's words for marks of origin in a picture's file. `provenance` tries them."""


def quarters(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Red, green / blue, yellow: no two of the eight ways to turn it look the same."""
    width, height = size
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (width // 2, 0, width, height))
    picture.paste(BLUE, (0, height // 2, width, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture.convert(mode)


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """What no encoder makes small."""
    bands = [Image.effect_noise(size, 120) for _ in range(4)]
    if mode == "RGBA":
        return Image.merge("RGBA", bands)
    return Image.merge("RGB", bands[:3]).convert(mode)


def exif(orientation: int | None = None, *, gps: bool = False) -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F] = "Leaky Cameras"
    if orientation is not None:
        tags[0x0112] = orientation
    if gps:
        tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 28: GPS_WORDS})
    return tags


def swapped_profile() -> bytes:
    """A colour profile in which red and blue have changed places, so that nobody can overlook it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(size: tuple[int, int], depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG put together by hand, so that it may lie. `rows` is what the pixels unpack to."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"")


def claiming(kind: str, size: tuple[int, int]) -> bytes:
    """A few hundred bytes that say they are `size` pixels."""
    if kind == "PNG":
        return png(size, 8, 2, bytes(20_000))
    into = BytesIO()
    Image.new("RGB", (8, 8)).save(into, kind)
    small = into.getvalue()
    if kind == "GIF":
        return small[:6] + struct.pack("<HH", *size) + small[10:]
    if kind == "JPEG":
        at = small.index(b"\xff\xc0") + 5
        return small[:at] + struct.pack(">HH", *reversed(size)) + small[at + 4 :]
    at = small.index(b"\x9d\x01\x2a") + 3  # WebP
    return small[:at] + struct.pack("<HH", *size) + small[at + 4 :]


def saved(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)
    return path
