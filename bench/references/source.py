"""Photographs to shrink, made of soft noise: `python source.py FILE WIDTH HEIGHT`."""

import random
import sys

from PIL import Image

width, height = int(sys.argv[2]), int(sys.argv[3])
small = Image.frombytes(
    "RGB", (width // 6, height // 6), random.Random(6).randbytes(width // 6 * (height // 6) * 3)
)
small.resize((width, height), Image.Resampling.BICUBIC).save(sys.argv[1], "JPEG", quality=88)
