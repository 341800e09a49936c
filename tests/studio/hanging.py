"""A wall full of pictures, hung through the ledger's own doors: buying a thousand would take minutes."""

import hashlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from buyer import Buyer
from limner.money import Money
from limner.results import Outcome, Picture

EACH = 10
_WORDS = ("lighthouse", "mug", "fox", "灯塔", "harbour", "fern", "sailor", "kite", "bridge", "茶壶")
_SHAPES = ((96, 96), (128, 72), (72, 128), (112, 84))


def hang(buyer: Buyer, count: int) -> None:
    """`count` pictures, ten to a job, each with a file of its own."""
    ledger = buyer.client.ledger
    for number in range(count // EACH):
        words = f"{_WORDS[number % len(_WORDS)]} number {number}"
        quote = buyer.client.quote(words, n=EACH, model="gpt-image-2")
        buyer.client.approve(quote.id)
        job_id, _ = ledger.open_job(quote, buyer.home / "runs", {"folder": str(buyer.folder)}, "o_nobody")
        for place in range(EACH):
            ledger.add_picture(job_id, place, _picture(buyer.folder, number, place))
        nothing = Money(0, quote.ceiling.unit)
        charged = Money(12_800 * EACH, quote.ceiling.unit)
        ledger.settle(job_id, Outcome("done", charged, "tariff", nothing, "yes", None, None, {}, 12.5))


def _picture(folder: Path, number: int, place: int) -> Picture:
    size = _SHAPES[(number + place) % len(_SHAPES)]
    image = Image.new("RGB", size, (number * 37 % 256, place * 25 % 256, 120))
    ImageDraw.Draw(image).text((8, 8), f"{number}.{place}", fill="white")
    kept = BytesIO()
    image.save(kept, "PNG")
    path = folder / f"hung-{number}-{place}.png"
    path.write_bytes(kept.getvalue())
    sha256 = hashlib.sha256(kept.getvalue()).hexdigest()
    return Picture(str(path), sha256, "image/png", *size, len(kept.getvalue()), f"{path}.json")
