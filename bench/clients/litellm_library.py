"""LiteLLM as a library, with its start-up download of a price list switched off by its own variable."""

import base64
import sys
from pathlib import Path

import litellm


def connect(url: str):
    def make(prompt: str, out: str, n: int = 1) -> None:
        answer = litellm.image_generation(
            prompt=prompt, model="openai/gpt-image-1", n=n, api_base=url, api_key="none", max_retries=0
        )
        for place, image in enumerate(answer.data or [], 1):
            path = Path(out if place == 1 else f"{out[:-4]}-{place}.png")
            path.write_bytes(base64.b64decode(image.b64_json or ""))

    return make


if __name__ == "__main__":
    connect(sys.argv[1])(*sys.argv[2:])
