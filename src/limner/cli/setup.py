"""`limner setup`: store a key, typed unseen. No option ever takes one."""

import os
import sys
from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import NotFound, SetupNeeded, Usage
from limner.gateways import Key, facts
from limner.home import Home, private_folder


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
        _into_keyring(name, key, home)
        face.say(face.text("setup.saved_keyring", key=key, gateway=head["title"]))
    else:
        path = _into_file(name, key, home)
        face.say(face.text("setup.saved", key=key, gateway=head["title"], path=path))
    face.show("setup", {"gateway": name, "key": str(key)}, [face.text("setup.try")])
    return 0


def _facts(name: str, face: Face) -> dict[str, dict[str, str]]:
    added = face.client.settings.get("gateways", {}).get(name, {})
    return dict(facts(str(added.get("provider", name))))


def _ask(question: str) -> Key:
    import getpass

    value = getpass.getpass(question).strip()
    if not value:
        raise Usage("key.empty")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise Usage("key.not_a_key", source="stdin")
    return Key(value, "terminal")


def _into_file(name: str, key: Key, home: Home) -> str:
    path = private_folder(home.keys) / name
    draft = path.with_name(f".{name}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.reveal() + "\n")
    draft.replace(path)
    return str(path)


def _into_keyring(name: str, key: Key, home: Home) -> None:
    try:
        import keyring

        keyring.set_password("limner", name, key.reveal())
    except Exception as error:  # a keyring's back ends raise whatever they like
        raise SetupNeeded("key.no_keyring", reason=str(error) or type(error).__name__) from error
    private_folder(home.keys).joinpath(f"{name}.keyring").write_text("", "ascii")
