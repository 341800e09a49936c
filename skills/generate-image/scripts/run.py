#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
Make a picture with the CreatOK image skill, or bring home one that is already on its way.

    uv run scripts/run.py --run_id mug-1 --prompt "a red mug on oak" --resolution 2K
    uv run scripts/run.py --run_id mug-1 --task_id TASK --wait

All the work is done by the published package `limner`.
"""

import sys
from pathlib import Path

_MISSING = (
    "This Python does not have limner 0.1.0, which this script runs on: call it as "
    "`uv run scripts/run.py`, or install it with `uv tool install limner==0.1.0`."
)

try:
    from limner.dropin.generate_image import main
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("limner"):
        raise
    sys.exit(_MISSING)

if __name__ == "__main__":
    sys.exit(main(skill=Path(__file__).resolve().parents[1]))
