"""
Tokens, as gateways that bill by them count: roughly, but so that count and bill agree to the last digit.

Not imitated: any real tokenizer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from limner.sandbox.bills import by_tokens, micro


class Tokens(NamedTuple):
    """What one request uses. `out` is for each picture."""

    text: int
    image: int
    out: int

    def images(self, count: int) -> dict[str, Any]:
        """As the Images API tells it."""
        read, made = self.text + self.image, self.out * count
        details = {"text_tokens": self.text, "image_tokens": self.image}
        return {
            "input_tokens": read,
            "input_tokens_details": details,
            "output_tokens": made,
            "total_tokens": read + made,
        }

    def chat(self) -> dict[str, Any]:
        """As chat completions tell it."""
        read = self.text + self.image
        return {
            "prompt_tokens": read,
            "completion_tokens": self.out,
            "total_tokens": read + self.out,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "text_tokens": self.text,
                "image_tokens": self.image,
            },
            "completion_tokens_details": {"image_tokens": self.out},
        }


def of_text(prompt: str) -> int:
    """About what a prompt counts: four bytes a token, and a little for what stands around it."""
    return len(prompt.encode()) // 4 + 8


def bills(model: Mapping[str, Any], used: Tokens, count: int) -> list[int]:
    """The charge for each of `count` pictures, in millionths; what was read is on the first."""
    if "each" in model:
        return [micro(model["each"])] * count
    total = by_tokens(used.text + used.image, model["per_1k_in"]) + by_tokens(
        used.out * count, model["per_1k_out"]
    )
    others = by_tokens(used.out, model["per_1k_out"])
    return [total - others * (count - 1)] + [others] * (count - 1) if count else []
