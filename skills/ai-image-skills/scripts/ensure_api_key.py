#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Say whether a skills.video key is set up, and how to get one where it is not.

    python scripts/ensure_api_key.py

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/ensure_api_key.py`, or install it with `pip install limner==0.1.0`."
)

try:
    from limner.dropin.skillsvideo_errors import ensure_key
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(ensure_key())
