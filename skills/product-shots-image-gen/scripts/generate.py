#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Make a picture with the product-shots image skill.

    uv run scripts/generate.py --prompt "a red apple on wood" --output apple.jpeg

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/generate.py`, or install it with `sh scripts/setup.sh`."
)

try:
    from limner.dropin.product_shots import generate_gemini, generate_image, generate_openai, main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    if __name__ == "__main__":
        sys.exit(_MISSING)
    raise ImportError(_MISSING) from error

__all__ = ["generate_gemini", "generate_image", "generate_openai", "main"]

if __name__ == "__main__":
    sys.exit(main())
