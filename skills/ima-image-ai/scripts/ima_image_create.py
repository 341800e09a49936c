#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Make a picture with IMA Studio.

    uv run scripts/ima_image_create.py --task-type text_to_image --list-models

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/ima_image_create.py`, or install it with `uv tool install limner==0.1.0`."
)

try:
    from limner.dropin.ima_image import main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    if __name__ == "__main__":
        sys.exit(_MISSING)
    raise ImportError(_MISSING) from error

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
