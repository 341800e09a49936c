#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Say what an error of the skills.video API means and what to do about it.

    python scripts/handle_runtime_error.py --status 402 --body '{"message":"Insufficient credits"}'

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/handle_runtime_error.py`, or install it with `pip install limner==0.1.0`."
)

try:
    from limner.dropin.skillsvideo_errors import handle_error
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(handle_error())
