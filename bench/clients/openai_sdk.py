"""The openai SDK, used as its own documents show."""

import base64
import sys
from pathlib import Path

from openai import OpenAI


def connect(url: str):
    client = OpenAI(base_url=url, api_key="none", max_retries=0)

    def make(prompt: str, out: str, n: int = 1) -> None:
        answer = client.images.generate(model="gpt-image-1", prompt=prompt, n=n)
        for place, image in enumerate(answer.data or [], 1):
            path = Path(out if place == 1 else f"{out[:-4]}-{place}.png")
            path.write_bytes(base64.b64decode(image.b64_json or ""))

    return make


if __name__ == "__main__":
    connect(sys.argv[1])(*sys.argv[2:])
