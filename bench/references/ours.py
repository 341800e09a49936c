"""A reference shrunk by limner, with its checks, and no copy remembered from before."""

import shutil
import sys
import tempfile
from pathlib import Path

from limner.references import Limits, prepare

with tempfile.TemporaryDirectory() as folder:
    (made,) = prepare([sys.argv[1]], Limits(), Path(folder))
    shutil.move(made.path, sys.argv[2])
