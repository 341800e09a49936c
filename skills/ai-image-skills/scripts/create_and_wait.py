#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Create a picture at skills.video and follow it to its end. Spends credits.

    python scripts/create_and_wait.py --sse-endpoint /generation/sse/google/nano-banana --payload-file a.json

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/create_and_wait.py`, or install it with `pip install limner==0.1.0`."
)

try:
    from limner.dropin.skillsvideo_create import main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(main())
