#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Say what an endpoint takes, from OpenAPI documents on disk.

    python scripts/inspect_openapi.py --openapi openapi.json --endpoint /generation/sse/google/nano-banana-pro

All the work is done by the published package `limner`; `--help` lists the flags.
"""

import sys

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/inspect_openapi.py`, or install it with `pip install limner==0.1.0`."
)

try:
    from limner.dropin.skillsvideo_inspect import main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(main())
