#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Follow a skills.video generation by its id to its end. Free of charge.

    python scripts/wait_generation.py --generation-id gen_123

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/wait_generation.py`, or install it with `pip install limner==0.1.0`."
)

try:
    from limner.dropin.skillsvideo_wait import main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(main())
