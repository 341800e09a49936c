"""A reference shrunk the plain way, as scripts do it."""

import sys

from PIL import Image

image = Image.open(sys.argv[1])
image.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
image.convert("RGB").save(sys.argv[2], "JPEG", quality=85)
