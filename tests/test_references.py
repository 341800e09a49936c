"""Pictures going out: what is sent as it is, what is shrunk, what is refused, and what never leaves."""

import base64
import os
import subprocess
import sys
import threading
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from limner import references
from limner.errors import StorageFailed, Usage
from limner.references import Limits, prepare, unchanged
from limner.types import Reference
from pictures import (
    BLUE,
    GPS_WORDS,
    GREEN,
    RED,
    TURNED_HEIC,
    YELLOW,
    chunk,
    claiming,
    exif,
    noise,
    png,
    quarters,
    saved,
    swapped_profile,
)

STILL_TYPES = [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "state" / "copies"


def sent(path: Path, copies: Path, **limits: object) -> Reference:
    (reference,) = prepare([str(path)], Limits(**limits), copies)
    return reference


def refusal(path: Path | str, copies: Path, **limits: object) -> Usage:
    with pytest.raises(Usage) as caught:
        prepare([str(path)], Limits(**limits), copies)
    return caught.value


def shown(reference: Reference) -> Image.Image:
    picture = Image.open(reference.path)
    picture.load()
    assert picture.size == (reference.width, reference.height)
    assert Image.MIME[str(picture.format)] == reference.media_type
    assert Path(reference.path).stat().st_size == reference.bytes
    return picture


def near(colour: object, wanted: tuple[int, ...], within: int = 6) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) <= within for a, b in zip(colour, wanted, strict=True))


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """Of the four quarters, in reading order."""
    right, bottom = picture.width - 4, picture.height - 4
    return [picture.convert("RGB").getpixel(at) for at in ((3, 3), (right, 3), (3, bottom), (right, bottom))]


def is_upright(picture: Image.Image) -> bool:
    return all(near(a, b, 12) for a, b in zip(corners(picture), (RED, GREEN, BLUE, YELLOW), strict=True))


# As it is


@pytest.mark.parametrize(("kind", "media_type"), STILL_TYPES)
def test_a_small_picture_goes_out_untouched_whatever_its_name_says(tmp_path, copies, kind, media_type):
    path = saved(quarters((300, 200)), tmp_path / "holiday.txt", format=kind)
    reference = sent(path, copies)
    assert (reference.path, reference.media_type, reference.shrunk) == (
        str(path.resolve()),
        media_type,
        False,
    )
    assert reference.sha256 == reference.source_sha256
    assert (reference.bytes, reference.source_bytes) == (path.stat().st_size,) * 2
    assert (reference.width, reference.height) == (300, 200)
    assert not copies.exists()


def test_metadata_that_tells_no_place_does_not_cost_a_picture_its_bytes(tmp_path, copies):
    path = saved(quarters((300, 200)), tmp_path / "a.jpg", exif=exif(1))
    assert not sent(path, copies).shrunk


def test_a_picture_of_exactly_the_limits_is_small_enough(tmp_path, copies):
    path = saved(quarters((300, 200)), tmp_path / "a.jpg")
    weight = path.stat().st_size
    assert not sent(path, copies, longest_side=300, bytes=weight).shrunk
    assert sent(path, copies, longest_side=299, bytes=weight).shrunk
    assert sent(path, copies, longest_side=300, bytes=weight - 1).shrunk


def test_several_pictures_keep_their_order_and_may_repeat(tmp_path, copies):
    small = saved(quarters((30, 20)), tmp_path / "small.png")
    large = saved(quarters((1300, 700)), tmp_path / "large.png")
    ready = prepare([str(large), str(small), str(large)], Limits(), copies)
    assert [reference.source for reference in ready] == [str(large), str(small), str(large)]
    assert [reference.shrunk for reference in ready] == [True, False, True]
    assert ready[0] == ready[2]


def moving(kind: str, path: Path) -> Path:
    first, second = (Image.new("RGB", (60, 40), colour) for colour in (RED, BLUE))
    options = {"lossless": True} if kind == "WEBP" else {}
    first.save(path, kind, save_all=True, append_images=[second], **options)
    return path


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF", "MPO"])
def test_of_moving_and_double_pictures_the_first_goes_out(tmp_path, copies, kind):
    media_types = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
    reference = sent(moving(kind, tmp_path / "a"), copies, media_types=media_types)
    assert reference.shrunk
    assert reference.media_type == "image/jpeg"
    assert near(shown(reference).getpixel((30, 20)), RED)


@pytest.mark.parametrize("kind", ["GIF", "AVIF", "WEBP"])
def test_a_type_the_gateway_does_not_take_becomes_one_it_takes(tmp_path, copies, kind):
    path = saved(quarters((60, 40)), tmp_path / "a", format=kind)
    reference = sent(path, copies, media_types=("image/png",))
    assert (reference.shrunk, reference.media_type) == (True, "image/png")
    assert is_upright(shown(reference))


def test_what_another_gateway_takes_does_not_change_what_this_one_gets(tmp_path, copies):
    path = saved(quarters((60, 40)), tmp_path / "a", format="WEBP")
    assert sent(path, copies, media_types=("image/png",)).media_type == "image/png"
    assert sent(path, copies, media_types=("image/png", "image/jpeg")).media_type == "image/jpeg"
    assert sent(path, copies).media_type == "image/webp"
    assert sent(path, copies, media_types=("image/png",)).media_type == "image/png"


# Shrunk


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((4000, 3000), (1000, 750)), ((3000, 4000), (750, 1000)), ((2000, 1000), (1000, 500))],
)
def test_a_jpeg_is_left_where_its_own_scale_lands_near_enough(tmp_path, copies, size, wanted):
    reference = sent(saved(quarters(size), tmp_path / "a.jpg"), copies)
    assert (reference.width, reference.height) == wanted
    assert is_upright(shown(reference))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((1700, 1100), (1024, 663)), ((5000, 10), (1024, 2)), ((1025, 1), (1024, 1)), ((1, 9000), (1, 1024))],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_everything_else_fills_the_longest_side(tmp_path, copies, kind, size, wanted):
    reference = sent(saved(quarters(size), tmp_path / "a", format=kind), copies)
    assert (reference.width, reference.height) == wanted


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_noise_that_no_encoder_makes_small_still_fits(tmp_path, copies, mode):
    path = saved(noise((1100, 900), mode), tmp_path / "a.png")
    reference = sent(path, copies, bytes=200_000)
    shown(reference)
    assert 60_000 < reference.bytes <= 200_000
    assert reference.media_type == ("image/png" if mode == "RGBA" else "image/jpeg")


def test_quality_goes_before_pixels(tmp_path, copies):
    path = saved(noise((1024, 1024)), tmp_path / "a.png")
    reference = sent(path, copies, bytes=600_000)
    assert (reference.width, reference.height) == (1024, 1024)


def test_a_limit_nothing_fits_in_is_said(tmp_path, copies):
    path = saved(quarters((60, 40)), tmp_path / "a.png")
    error = refusal(path, copies, bytes=40)
    assert (error.key, error.facts["limit"]) == ("reference.does_not_fit", 40)


TURN_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("size", [(80, 60), (2200, 1500)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_says_it_lies_on_its_side_is_put_upright(tmp_path, copies, kind, size, orientation):
    lying = quarters(size).transpose(TURN_BACK[orientation])
    reference = sent(saved(lying, tmp_path / "a", format=kind, exif=exif(orientation)), copies)
    picture = shown(reference)
    assert reference.shrunk
    assert is_upright(picture)
    assert (picture.width > picture.height) == (size[0] > size[1])
    assert picture.getexif().get(0x0112, 1) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"]),
    longest=st.integers(8, 200),
    most=st.integers(1_500, 20_000),
)
def test_any_picture_ends_within_both_limits_in_its_own_shape(tmp_path, copies, size, mode, longest, most):
    picture = noise(size, "L" if mode == "I;16" else mode)
    picture = picture.convert("I;16") if mode == "I;16" else picture
    path = saved(picture, tmp_path / "a", format="JPEG" if mode == "CMYK" else "PNG")
    reference = sent(path, copies, longest_side=longest, bytes=most)
    shown(reference)
    width, height = reference.width, reference.height
    assert max(width, height) <= longest
    assert reference.bytes <= most
    long, short = (0, 1) if size[0] >= size[1] else (1, 0)
    assert abs((width, height)[short] - (width, height)[long] * size[short] / size[long]) <= 1


# Colours


def test_cmyk_becomes_the_red_it_was_even_when_small(tmp_path, copies):
    for side in (80, 1500):
        path = saved(Image.new("CMYK", (side, side), (0, 255, 255, 0)), tmp_path / f"{side}.jpg")
        reference = sent(path, copies)
        assert reference.shrunk
        assert near(shown(reference).getpixel((40, 40)), (255, 0, 0))


@pytest.mark.parametrize(
    ("value", "wanted"), [(0, 0), (129, 1), (257, 1), (37008, 144), (65406, 254), (65535, 255)]
)
def test_sixteen_bit_grey_is_scaled_and_not_clipped(tmp_path, copies, value, wanted):
    path = saved(Image.new("I;16", (1200, 50), value), tmp_path / "a.png")
    assert shown(sent(path, copies)).getpixel((9, 9)) == wanted


def test_sixteen_bit_colours_keep_their_place(tmp_path, copies):
    row = b"\0" + b"\x90\x90\x20\x20\xf0\xf0" * 1100
    (tmp_path / "a.png").write_bytes(png((1100, 40), 16, 2, row * 40))
    assert near(shown(sent(tmp_path / "a.png", copies)).getpixel((9, 9)), (0x90, 0x20, 0xF0))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_another_profile_are_turned_into_srgb(tmp_path, copies, mode):
    picture = Image.new(mode, (1100, 300), (255, 0, 0, 100)[: len(mode)])
    path = saved(picture, tmp_path / "a.png", icc_profile=swapped_profile())
    copy = shown(sent(path, copies))
    assert near(copy.getpixel((9, 9)), (0, 0, 255, 100)[: len(mode)])
    assert "icc_profile" not in copy.info


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_cannot_be_used_is_left_out(tmp_path, copies, mode):
    for number, profile in enumerate((b"no profile at all", swapped_profile())):
        colour = {"RGB": RED, "L": 90, "CMYK": (0, 255, 255, 0)}[mode]
        path = saved(Image.new(mode, (1100, 300), colour), tmp_path / f"{number}.jpg", icc_profile=profile)
        copy = shown(sent(path, copies)).convert("RGB")
        if mode == "RGB":
            wanted = RED if number == 0 else RED[::-1]
        else:
            wanted = (90, 90, 90) if mode == "L" else (255, 0, 0)
        assert near(copy.getpixel((9, 9)), wanted)


def test_transparency_in_use_stays(tmp_path, copies):
    picture = quarters((1300, 900), "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 650, 450))
    copy = shown(sent(saved(picture, tmp_path / "a.webp", lossless=True), copies))
    assert (copy.format, copy.mode) == ("PNG", "RGBA")
    assert copy.getpixel((9, 9))[3] == 0
    assert near(copy.getpixel((1015, 9)), (*GREEN, 255))


def test_transparency_nobody_uses_makes_a_jpeg(tmp_path, copies):
    path = saved(quarters((1300, 900), "RGBA"), tmp_path / "a.png")
    assert shown(sent(path, copies)).format == "JPEG"


def test_what_shows_through_is_white_where_the_gateway_takes_jpeg_only(tmp_path, copies):
    path = saved(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), tmp_path / "a.png")
    copy = shown(sent(path, copies, media_types=("image/jpeg",)))
    assert near(copy.getpixel((50, 50)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["P", "LA", "L", "RGB", "1"])
def test_every_way_a_png_can_be_transparent_is_understood(tmp_path, copies, mode):
    picture = Image.new("RGBA" if mode == "LA" else mode, (1200, 100), 0).convert(mode)
    half = {"P": 1, "LA": (255, 255), "L": 255, "RGB": (255, 255, 255), "1": 1}[mode]
    picture.paste(half, (600, 0, 1200, 100))
    if mode == "P":
        picture.putpalette([0, 0, 0, 255, 255, 255])
    options = {} if mode == "LA" else {"transparency": (0, 0, 0) if mode == "RGB" else 0}
    copy = shown(sent(saved(picture, tmp_path / "a.png", **options), copies))
    assert copy.mode == "RGBA"
    assert copy.getpixel((9, 9))[3] == 0
    assert copy.getpixel((1000, 9)) == (255, 255, 255, 255)


def test_black_and_white_is_averaged_to_greys(tmp_path, copies):
    picture = Image.effect_noise((2048, 64), 200).convert("1")
    copy = shown(sent(saved(picture, tmp_path / "a.png"), copies))
    assert copy.mode == "L"
    assert len(set(copy.tobytes())) > 20


# What never leaves


@pytest.mark.parametrize("size", [(90, 60), (1400, 900)])
@pytest.mark.parametrize(("kind", "media_type"), STILL_TYPES)
def test_the_place_a_picture_was_taken_at_never_leaves(tmp_path, copies, kind, media_type, size):
    path = saved(quarters(size), tmp_path / "a", format=kind, exif=exif(1, gps=True))
    assert GPS_WORDS in path.read_bytes()
    reference = sent(path, copies)
    assert reference.shrunk
    data = Path(reference.path).read_bytes()
    for trace in (GPS_WORDS, b"Exif", b"eXIf", b"EXIF", b"Leaky"):
        assert trace not in data
    assert not dict(shown(reference).getexif())


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_nor_does_a_place_written_in_xmp(tmp_path, copies, kind, media_type):
    words = b"<x:xmpmeta><exif:GPSLatitude>52,31N</exif:GPSLatitude></x:xmpmeta>"
    reference = sent(saved(quarters((90, 60)), tmp_path / "a", format=kind, xmp=words), copies)
    assert b"GPSLatitude" not in Path(reference.path).read_bytes()


def test_nor_do_comments_and_texts(tmp_path, copies):
    jpeg = saved(quarters((1400, 900)), tmp_path / "a.jpg", comment=b"for Anna only")
    picture = quarters((1400, 900), "RGBA")
    picture.putalpha(100)
    text = chunk(b"tEXt", b"Comment\0for Anna only")
    into = BytesIO()
    picture.save(into, "PNG")
    (tmp_path / "b.png").write_bytes(into.getvalue()[:33] + text + into.getvalue()[33:])
    for path in (jpeg, tmp_path / "b.png"):
        assert b"Anna" in path.read_bytes()
        assert b"Anna" not in Path(sent(path, copies).path).read_bytes()


# Refused


WRONG = {
    "empty": (b"", "reference.empty"),
    "text": (b"a red car\n" * 9, "reference.not_a_picture"),
    "text that starts like a bitmap": (b"BMW, red, 1999", "reference.not_a_picture"),
    "pdf": (b"%PDF-1.7\n", "reference.not_a_picture"),
    "film": (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "reference.not_a_picture"),
    "sound": (b"RIFF\x24\0\0\0WAVEfmt ", "reference.not_a_picture"),
    "svg": (b'<?xml version="1.0"?><SVG xmlns="http://www.w3.org/2000/svg"/>', "reference.type"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0", "reference.type"),
    "bmp": (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "reference.type"),
    "tiff": (b"II*\0\x08\0\0\0", "reference.type"),
    "psd": (b"8BPS\0\1", "reference.type"),
    "jpeg xl": (b"\xff\x0a\0\0", "reference.type"),
    "jpeg header alone": (b"\xff\xd8\xff\xe0", "reference.broken"),
    "png header alone": (b"\x89PNG\r\n\x1a\n", "reference.broken"),
    "gif header alone": (b"GIF89a", "reference.broken"),
    "webp header alone": (b"RIFF\x24\0\0\0WEBPVP8 ", "reference.broken"),
    "avif header alone": (b"\0\0\0\x14ftypavif\0\0\0\0avif", "reference.broken"),
    "heic header alone": (b"\0\0\0\x14ftypheic\0\0\0\0heic", "reference.broken"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_usable_picture_is_refused_by_its_own_name(tmp_path, copies, name):
    data, key = WRONG[name]
    (tmp_path / "a.png").write_bytes(data)
    error = refusal(tmp_path / "a.png", copies)
    assert error.key == key
    assert error.facts["path"] == str(tmp_path / "a.png")
    if key in ("reference.type", "reference.not_a_picture"):
        assert "JPEG" in error.facts["allowed"]
    assert not copies.exists()


@pytest.mark.parametrize("size", [(90, 60), (1400, 900)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_picture_that_ends_too_early_is_broken(tmp_path, copies, kind, size):
    path = saved(quarters(size), tmp_path / "a", format=kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert refusal(path, copies).key == "reference.broken"


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("{folder}/nothing.png", "reference.missing"),
        ("{folder}/a.png/inside.png", "reference.missing"),
        ("{folder}", "reference.folder"),
        ("{folder}/" + "x" * 5000, "reference.missing"),
        ("a\0b", "reference.missing"),
        ("data:image/png;base64," + "A" * 9000, "reference.missing"),
        ("https://example.com/a.png", "reference.url_not_taken"),
        ("HTTP://example.com/a.png", "reference.url_not_taken"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path, copies, source, key):
    saved(quarters((9, 9)), tmp_path / "a.png")
    assert refusal(source.format(folder=tmp_path), copies).key == key


@pytest.mark.skipif(
    sys.platform == "win32",
    reason="Windows has neither pipes in folders nor files closed to their owner",
)
def test_what_cannot_be_read_and_what_has_no_end_are_refused(tmp_path, copies):
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe", copies).key == "reference.not_a_file"
    locked = saved(quarters((9, 9)), tmp_path / "a.png")
    locked.chmod(0)
    everything_opens = os.access(locked, os.R_OK)
    assert refusal("/proc/self/mem" if everything_opens else locked, copies).key == "reference.unreadable"


def test_more_pictures_than_the_gateway_takes_are_refused_unread(tmp_path, copies):
    with pytest.raises(Usage) as caught:
        prepare(["nothing.png"] * 10, Limits(), copies)
    assert (caught.value.key, caught.value.facts) == ("reference.too_many", {"count": 10, "limit": 9})


def test_a_gateway_that_takes_neither_jpeg_nor_png_gets_no_copy(tmp_path, copies):
    path = saved(quarters((2000, 100)), tmp_path / "a.png")
    error = refusal(path, copies, media_types=("image/webp",))
    assert (error.key, error.facts["allowed"]) == ("reference.type", ("image/webp",))


def test_a_file_too_heavy_is_refused_before_it_is_read(tmp_path, copies):
    with (tmp_path / "a.png").open("wb") as file:
        file.write(png((9, 9), 8, 0, bytes(90)))
        file.truncate(300 << 20)
    assert refusal(tmp_path / "a.png", copies).key == "reference.too_heavy"


GROWTH = """
import resource, sys
from pathlib import Path
from limner.errors import Usage
from limner.references import Limits, prepare
first, second, copies = sys.argv[1:]
prepare([first], Limits(), Path(copies))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    prepare([second], Limits(), Path(copies))
    print("sent", end=" ")
except Usage as error:
    print(error.key, error.facts["limit"], end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def growth(first: Path, second: Path, copies: Path) -> tuple[str, int]:
    """What became of `second`, and how many megabytes the process grew by, in a process warmed by `first`."""
    pytest.importorskip("resource")
    call = [sys.executable, "-W", "error", "-c", GROWTH, str(first), str(second), str(copies)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, env={**os.environ, **SOURCES})
    outcome, _, megabytes = done.stdout.strip().rpartition(" ")
    return outcome, int(megabytes)


SOURCES = {"PYTHONPATH": str(Path(__file__).parents[1] / "src")}


@pytest.mark.parametrize(
    ("kind", "size", "outcome"),
    [
        ("PNG", (13_000, 13_000), "reference.too_large 64"),
        ("PNG", (2**31 - 1, 2**31 - 1), "reference.too_large 64"),
        ("JPEG", (65_000, 65_000), "reference.too_large 64"),
        ("GIF", (60_000, 60_000), "reference.too_large 64"),
        ("WEBP", (6_000, 6_000), "reference.too_large 30"),
        ("WEBP", (16_383, 16_383), "reference.too_large 30"),
    ],
)
def test_a_bomb_is_refused_without_room_being_made_for_it(tmp_path, copies, kind, size, outcome):
    small = saved(quarters((60, 40)), tmp_path / "small", format=kind)
    (tmp_path / "bomb").write_bytes(claiming(kind, size))
    assert (tmp_path / "bomb").stat().st_size < 30_000
    became, megabytes = growth(small, tmp_path / "bomb", copies)
    assert became == outcome
    assert megabytes < 20


def test_a_bomb_of_text_is_refused_without_room_being_made_for_it(tmp_path, copies):
    small = saved(quarters((60, 40)), tmp_path / "small.png")
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200 << 20)))
    (tmp_path / "bomb").write_bytes(png((9, 9), 8, 0, bytes(90), text))
    became, megabytes = growth(small, tmp_path / "bomb", copies)
    assert became.startswith("reference.broken")
    assert megabytes < 20


def test_a_large_jpeg_is_never_held_whole(tmp_path, copies):
    small = saved(quarters((1100, 900)), tmp_path / "small.jpg")
    large = saved(quarters((8000, 6000)), tmp_path / "large.jpg")
    became, megabytes = growth(small, large, copies)
    assert became == "sent"
    assert megabytes < 20  # whole: 183


@pytest.mark.parametrize("way", ["grows", "keeps its size"])
def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path, copies, way):
    path = saved(noise((2500, 2000)), tmp_path / "a.png", compress_level=1)
    enough = threading.Event()

    def write_on() -> None:
        with path.open("r+b", buffering=0) as file:
            while not enough.is_set():
                file.seek(0 if way == "grows" else -1, os.SEEK_END)
                file.write(b"\0")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert refusal(path, copies).key == "reference.changed"
    finally:
        enough.set()
        writer.join()
    assert not copies.exists()


def test_a_file_cut_off_before_it_is_decoded_counts_as_changed_and_not_as_broken(tmp_path, copies):
    path = saved(noise((300, 200)), tmp_path / "a.png")
    with references._opened(str(path)) as file:
        source = references._examined(str(path), file)
        path.write_bytes(path.read_bytes()[:9_000])
        with pytest.raises(Usage) as caught:
            references._made(source, Limits(), copies)
    assert caught.value.key == "reference.changed"


# HEIC


def test_heic_becomes_an_upright_jpeg(tmp_path, copies):
    (tmp_path / "a.jpg").write_bytes(base64.b64decode(TURNED_HEIC))
    copy = shown(sent(tmp_path / "a.jpg", copies))
    assert (copy.format, copy.size) == ("JPEG", (32, 64))
    assert near(copy.getpixel((16, 8)), RED)
    assert near(copy.getpixel((16, 56)), BLUE)


def test_without_its_reader_heic_says_what_to_install(tmp_path, copies, monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    (tmp_path / "a.heic").write_bytes(base64.b64decode(TURNED_HEIC))
    assert refusal(tmp_path / "a.heic", copies).key == "reference.needs_heif"


def test_this_pillow_reads_avif():
    assert features.check("avif")


# Copies on disk


def test_the_same_picture_is_shrunk_once(tmp_path, copies):
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    first = sent(path, copies)
    made = Path(first.path).stat()
    assert Path(first.path).name == f"{first.source_sha256}-1024x1000000.jpg"
    again = sent(saved(quarters((1300, 900)), tmp_path / "b.png"), copies)
    assert again == first._replace(source=str(tmp_path / "b.png"))
    assert (Path(again.path).stat().st_ino, Path(again.path).stat().st_mtime_ns) == (
        made.st_ino,
        made.st_mtime_ns,
    )


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8\xff\xe0 not whole"])
@pytest.mark.parametrize("what", ["*.jpg", "*.txt"])
def test_a_damaged_copy_or_note_is_made_anew(tmp_path, copies, what, damage):
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    first = sent(path, copies)
    (damaged,) = copies.glob(what)
    damaged.write_bytes(damage)
    assert sent(path, copies) == first
    assert is_upright(shown(first))


def test_other_limits_make_another_copy(tmp_path, copies):
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    paths = {
        sent(path, copies, longest_side=side, bytes=most).path for side in (64, 65) for most in (3000, 4000)
    }
    assert len(paths) == 4


def test_copies_are_whole_and_for_their_owner_only(tmp_path, copies):
    sent(saved(quarters((1300, 900)), tmp_path / "a.png"), copies)
    assert sorted(path.suffix for path in copies.iterdir()) == [".jpg", ".txt"]
    if sys.platform != "win32":
        assert copies.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in copies.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_written_to_is_a_matter_of_storage(tmp_path):
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    with pytest.raises(StorageFailed) as caught:
        prepare([str(path)], Limits(), path / "copies")
    assert caught.value.key == "reference.not_stored"


def test_a_source_that_has_the_name_of_its_own_copy_is_not_written_over(tmp_path, copies):
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    copies.mkdir(parents=True)
    theirs = path.rename(sent(path, tmp_path / "elsewhere").path.replace("elsewhere", "state/copies"))
    before = theirs.read_bytes()
    for _ in range(2):
        assert sent(theirs, copies).path != str(theirs)
    assert theirs.read_bytes() == before


def test_a_home_folder_is_understood(tmp_path, copies, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = saved(quarters((9, 9)), tmp_path / "a.png")
    assert sent(Path("~/a.png"), copies).path == str(path.resolve())


def test_of_pillow_only_the_reader_that_is_needed_is_loaded(tmp_path, copies):
    path = saved(quarters((1300, 900)), tmp_path / "a.jpg")
    code = "import sys\nfrom pathlib import Path\nfrom limner.references import *\n"
    code += "prepare([sys.argv[1]], Limits(), Path(sys.argv[2]))\n"
    code += "print([name for name in sys.modules if name.endswith('ImagePlugin')])"
    call = [sys.executable, "-c", code, str(path), str(copies)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, env={**os.environ, **SOURCES})
    assert "WebP" not in done.stdout
    if int(Image.__version__.split(".")[0]) >= 13:  # older ones load their five commonest to save anything
        assert done.stdout.strip() == "['PIL.JpegImagePlugin']"


def loaded_after(code: str, *arguments: str) -> str:
    code = f"import sys\n{code}\nprint(any(name.split('.')[0] in ('PIL', 'pi_heif') for name in sys.modules))"
    call = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(call, check=True, capture_output=True, text=True, env={**os.environ, **SOURCES})
    return done.stdout.strip()


def test_neither_the_import_nor_a_repeat_loads_pillow(tmp_path, copies):
    assert loaded_after("import limner.references") == "False"
    path = saved(quarters((1300, 900)), tmp_path / "a.png")
    code = "from pathlib import Path\nfrom limner.references import *\n"
    code += "prepare([sys.argv[1]], Limits(), Path(sys.argv[2]))"
    assert loaded_after(code, str(path), str(copies)) == "True"
    assert loaded_after(code, str(path), str(copies)) == "False"


# Later


@pytest.mark.parametrize("size", [(90, 60), (1400, 900)])
def test_a_file_that_was_changed_or_removed_since_is_noticed(tmp_path, copies, size):
    path = saved(quarters(size), tmp_path / "a.png")
    reference = sent(path, copies)
    before = path.read_bytes()
    assert unchanged(reference)
    path.write_bytes(before + b"\0")
    assert not unchanged(reference)
    path.unlink()
    assert not unchanged(reference)
    path.write_bytes(before)
    assert unchanged(reference)


def test_a_damaged_copy_is_noticed_before_it_is_sent(tmp_path, copies):
    reference = sent(saved(quarters((1400, 900)), tmp_path / "a.png"), copies)
    Path(reference.path).write_bytes(b"something else")
    assert not unchanged(reference)
