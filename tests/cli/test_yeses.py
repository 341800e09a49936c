"""Yeses that are replayed, edited, forged, too cheap or of another account buy nothing."""

from secrets import token_hex

import apsw
import pytest

from .person import Person


def change(person: Person, sql: str, *values: object) -> None:
    """Somebody with an editor."""
    connection = apsw.Connection(str(person.home / "ledger.sqlite"))
    connection.execute(sql, values)  # type: ignore[arg-type]
    connection.close()


def test_a_yes_that_is_replayed_names_its_job_and_buys_nothing_more(person: Person) -> None:
    quote = person.quote()
    first = person.json("run", quote, "--approve", quote)["data"]
    for _ in range(2):
        again = person.json("run", quote, "--approve", quote)["data"]
        assert again["job_id"] == first["job_id"]
    assert len(person.bills()) == 1


EDITS = {
    "the prompt": "UPDATE quote SET document = replace(document, 'lighthouse', 'palace')",
    "how many": "UPDATE quote SET document = replace(document, '\"n\":1', '\"n\":9')",
    "a cheaper price": """UPDATE quote SET document = replace(document, '"micro":', '"micro":-')""",
    "a price that is none": """UPDATE quote SET document = replace(document, '"micro":', '"micro":0')""",
    "the account": 'UPDATE quote SET document = replace(document, \'"account":"\', \'"account":"0\')',
    "the expiry": "UPDATE quote SET document = replace(document, '\"expires_at\":', '\"expires_at\":9')",
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_quote_that_was_edited_is_worth_nothing_before_or_after_the_yes(person: Person, edit: str) -> None:
    quote = person.quote()
    change(person, EDITS[edit])
    ran = person.run("run", quote, "--approve", quote)
    assert ran.code in {5, 9, 11}, ran
    assert "Nothing was charged" in ran.err or ran.code == 11, ran
    assert person.bills() == []


def test_a_yes_in_the_ledger_that_nobody_gave_is_worth_nothing(person: Person) -> None:
    cheap, dear = person.quote("a cup"), person.quote("a cup", "-n", "4")
    change(
        person,
        "INSERT INTO approval SELECT ?, digest, 'omnimaas', 1, 'CNY', 'terminal', 1, 9999999999999, 0"
        " FROM quote WHERE id = ?",
        dear,
        cheap,
    )
    ran = person.run("run", dear, "--approve", dear)
    assert (ran.code, person.bills()) == (11, []), ran


@pytest.mark.parametrize("named", ["q_aaaaaaaaaaaa", "yes", "y", ""])
def test_a_yes_has_to_name_exactly_its_quote(person: Person, named: str) -> None:
    quote = person.quote()
    assert person.run("run", quote, "--approve", named).code in {2, 10}
    assert person.run("run", "q_aaaaaaaaaaaa", "--approve", "q_aaaaaaaaaaaa").code == 9
    assert person.bills() == []


def test_a_yes_of_one_account_buys_nothing_from_another(person: Person) -> None:
    quote = person.quote()
    other = person._replace(key=f"sk-test-{token_hex(18)}")
    ran = other.run("run", quote, "--approve", quote)
    assert (ran.code, person.bills(), other.bills()) == (11, [], []), ran
    assert "another key" in ran.err
    assert person.run("run", quote, "--approve", quote).code == 0
