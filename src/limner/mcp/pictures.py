"""Pictures in a result: a link to each, and one small preview for whoever asks to see it."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from mcp_types import Annotations, ContentBlock, ImageContent, ResourceLink

from limner.formats import EXTENSIONS
from limner.results import Job, Picture

Preview = Literal["none", "small"]

SIDE, BYTES = 512, 48_000
"""Pixels and bytes a preview may have: hosts cut results at some 25,000 tokens."""

URI = "limner://jobs/{job_id}/{index}"
_LARGEST = 200_000_000
_QUALITIES = (82, 70, 55, 40, 25)


def blocks(job: Job, preview: Preview, *, local: bool) -> list[ContentBlock]:
    """A link per picture, by path where the host is on this machine, and the preview of the first."""
    told: list[ContentBlock] = [_link(job, place, one, local) for place, one in enumerate(job.pictures)]
    if preview == "small" and job.pictures:
        small = thumbnail(Path(job.pictures[0].path))
        if small is not None:
            seen = Annotations(audience=["user", "assistant"], priority=0.5)
            data = base64.b64encode(small).decode()
            told.append(ImageContent(type="image", data=data, mime_type="image/jpeg", annotations=seen))
    return told


def thumbnail(path: Path) -> bytes | None:
    """A JPEG of at most `SIDE` pixels and `BYTES` bytes; `None` for a file that cannot be shown small."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            if image.width * image.height > _LARGEST:
                return None
            image.draft("RGB", (SIDE, SIDE))
            image.thumbnail((SIDE, SIDE))
            small = _flat(ImageOps.exif_transpose(image))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    while max(small.size) > 16:
        for quality in _QUALITIES:
            out = BytesIO()
            small.save(out, "JPEG", quality=quality)
            if out.tell() <= BYTES:
                return out.getvalue()
        small = small.resize((max(1, small.width // 2), max(1, small.height // 2)))
    return None


def _flat(image: Any) -> Any:
    """On white, because a JPEG has no transparency."""
    from PIL import Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    upper = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", upper.size, "white"), upper).convert("RGB")


def _link(job: Job, place: int, picture: Picture, local: bool) -> ResourceLink:
    path = Path(picture.path)
    uri = path.as_uri() if local else URI.format(job_id=job.id, index=place) + EXTENSIONS[picture.media_type]
    return ResourceLink(
        type="resource_link", uri=uri, name=path.name, mime_type=picture.media_type, size=picture.bytes
    )
