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

from limner.cli import main

if __name__ == "__main__":
    sys.exit(main())
