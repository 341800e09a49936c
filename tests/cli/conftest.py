from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import pytest

from limner.home import private_folder

from .person import Person

NewPerson = Callable[[], Person]


@pytest.fixture
def new_person(sandbox: str, tmp_path: Path) -> NewPerson:
    """People with a home, a folder and an account of their own each."""

    def new() -> Person:
        place = tmp_path / token_hex(4)
        for name in ("home", "work", "nobody"):
            private_folder(place / name)
        return Person(sandbox, f"sk-test-{token_hex(18)}", place / "home", place / "work")

    return new


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture
def stranger(person: Person) -> Person:
    """Somebody who has set nothing up."""
    return person._replace(key="sk-of-nobody")
