#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = ["limner==0.1.0"]
# ///
"""
The limner command, for machines on which it is not installed.

    uv run scripts/limner.py quote "a red mug on oak" --json

All the work is done by the published package `limner`; `--help` lists the commands.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Python looks in a script's own folder first, where this file would be taken for the package.
    here = Path(__file__).resolve().parent
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != here]
    from limner.cli import main

    sys.exit(main())
