"""The script people write first: requests, base64, and Pillow to look whether it is a picture."""

import base64
import sys
from pathlib import Path

import requests
from PIL import Image


def connect(url: str):
    session = requests.Session()

    def make(prompt: str, out: str, n: int = 1) -> None:
        asked = {"model": "m", "prompt": prompt, "n": n}
        answer = session.post(f"{url}/images/generations", json=asked, timeout=600)
        answer.raise_for_status()
        for place, image in enumerate(answer.json()["data"], 1):
            path = Path(out if place == 1 else f"{out[:-4]}-{place}.png")
            path.write_bytes(base64.b64decode(image["b64_json"]))
            with Image.open(path) as opened:
                opened.verify()

    return make


if __name__ == "__main__":
    connect(sys.argv[1])(*sys.argv[2:])
