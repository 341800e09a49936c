"""`limner backup`: the ledger in one file."""

import time
from argparse import ArgumentParser, Namespace

from limner.cli.face import Face
from limner.cli.wishes import Text


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help=text("backup_file"))


def run(options: Namespace, face: Face) -> int:
    named = options.file or f"limner-{time.strftime('%Y%m%d-%H%M%S')}.sqlite"
    copy, listed = face.client.backup(named)
    data = {"path": str(copy), "files": str(listed)}
    face.show("backup", data, [face.text("backup.done", path=copy, files=listed)])
    return 0
