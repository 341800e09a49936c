"""The pixels of a picture going out: upright, small, in plain colours, without what a camera wrote down."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_SNAP = 0.9  # of the longest side is near enough, when the JPEG's own scale lands there without a resize
_GAP = 1.5  # whole-number reducing first: a third of the time, 44 dB or more from the slow way
_ORIENTATION, _GPS = 0x0112, 0x8825  # EXIF tags
_TURNS = (0, 0, 0, 3, 1, 5, 4, 6, 2)  # for EXIF orientation 0 to 8: the `PIL.Image.Transpose` that undoes it


def draft_size(shape: tuple[int, int], longest: int) -> tuple[int, int]:
    """What to ask of a JPEG, which can decode itself at a half, a quarter or an eighth for little."""
    for scale in (8, 4, 2):
        if longest * _SNAP <= -(-max(shape) // scale) <= longest:
            return max(1, shape[0] // scale), max(1, shape[1] // scale)
    return within(shape, longest)


def metadata(image: "ImageFile") -> tuple[int, bool]:
    """EXIF orientation, and whether the file may tell a place. Metadata nobody can read may."""
    try:
        exif = image.getexif()
        orientation, located = int(exif.get(_ORIENTATION, 1)), _GPS in exif
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError):
        return 1, True
    xmp = "".join(str(value) for name, value in image.info.items() if "xmp" in str(name).lower())
    return orientation, located or "GPS" in xmp


def shrunk(image: "Image", shape: tuple[int, int], orientation: int, longest: int) -> "Image":
    """Upright, in sRGB, as "L", "RGB" or "RGBA", at most `longest` pixels either way."""
    from PIL.Image import Resampling, Transpose

    profile = image.info.get("icc_profile")
    image = _plain(image)
    if max(image.size) > longest:
        image = image.resize(within(shape, longest), Resampling.LANCZOS, reducing_gap=_GAP)
    if 2 <= orientation <= 8:
        image = image.transpose(Transpose(_TURNS[orientation]))
    image = _in_srgb(image, profile)
    image.info = {}  # encoders copy profiles, comments and transparent colours out of it
    return image


def within(shape: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = longest / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _plain(image: "Image") -> "Image":
    """In a mode whose values can be averaged."""
    if image.mode.startswith("I"):
        # A plain conversion clips 16 bits at 255. The half is for `point`, which does not round.
        return image.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: "Image", profile: bytes | None) -> "Image":
    if image.mode == "RGBA":
        colours = _in_srgb(image.convert("RGB"), profile)
        colours.putalpha(image.getchannel("A"))
        return colours
    image = _converted(image, profile) if profile else image
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _converted(image: "Image", profile: bytes) -> "Image":
    """As it was when the profile is damaged or made for other colours than the picture has."""
    from PIL import ImageCms

    flags, intent = ImageCms.Flags.BLACKPOINTCOMPENSATION, ImageCms.Intent.RELATIVE_COLORIMETRIC
    try:
        own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        if ImageCms.getProfileDescription(own).startswith("sRGB"):
            return image
        return ImageCms.profileToProfile(image, own, srgb, intent, "RGB", flags=flags) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
