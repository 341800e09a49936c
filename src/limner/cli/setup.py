"""`limner setup`: store a key, typed unseen. No option ever takes one."""

import sys
from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import NotFound, SetupNeeded, Usage
from limner.gateways import Key, entered, facts, keep_in_file, keep_in_keyring


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument(
        "gateway", nargs="?", default="omnimaas", metavar="GATEWAY", help=text("setup_gateway")
    )
    parser.add_argument("--keyring", action="store_true", help=text("setup_keyring"))


def run(options: Namespace, face: Face) -> int:
    name = options.gateway
    names = [known for known in face.client.gateways() if "credentials" in _facts(known, face)]
    if name not in names:
        if mistakes.looks_like_key(name):
            raise Usage("setup.key_in_words")
        raise NotFound("gateway.unknown", name=name, known=names)
    if not sys.stdin.isatty() or face.no_input:
        raise SetupNeeded("setup.no_terminal")
    head = _facts(name, face)["gateway"]
    face.say(face.text("onboarding.from", keys_from=head["keys_from"]))
    key = _ask(face.text("setup.ask", gateway=head["title"]))
    home = face.client.home
    if options.keyring:
        keep_in_keyring(name, key, home)
        face.say(face.text("setup.saved_keyring", key=key, gateway=head["title"]))
    else:
        path = keep_in_file(name, key, home)
        face.say(face.text("setup.saved", key=key, gateway=head["title"], path=path))
    face.show("setup", {"gateway": name, "key": str(key)}, [face.text("setup.try")])
    return 0


def _facts(name: str, face: Face) -> dict[str, dict[str, str]]:
    added = face.client.settings.get("gateways", {}).get(name, {})
    return dict(facts(str(added.get("provider", name))))


def _ask(question: str) -> Key:
    import getpass

    return entered(getpass.getpass(question), "terminal")
