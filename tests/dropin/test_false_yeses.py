"""A yes of the drop-in script that is edited, forged, too cheap or of another account buys nothing."""

from pathlib import Path
from secrets import token_hex

import apsw
import pytest

from .agent import SMALL, Agent
from .test_generate_image import agent  # noqa: F401  # a fixture

SHOWN = ("--run_id", "m", "--prompt", "a mug", *SMALL)


def change(agent: Agent, sql: str) -> None:  # noqa: F811
    """Somebody with an editor."""
    connection = apsw.Connection(str(Path(agent.environment["LIMNER_HOME"]) / "ledger.sqlite"))
    connection.execute(sql)
    connection.close()


EDITS = {
    "a higher price": """UPDATE quote SET document = replace(document, '"micro":', '"micro":9')""",
    "a lower price": """UPDATE quote SET document = replace(document, '"micro":', '"micro":0')""",
    "the prompt": "UPDATE quote SET document = replace(document, 'a mug', 'a jug')",
    "the account": 'UPDATE quote SET document = replace(document, \'"account":"\', \'"account":"0\')',
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_shown_price_that_was_edited_is_no_price_to_say_yes_to(agent: Agent, edit: str) -> None:  # noqa: F811
    assert agent.run(*SHOWN).code == 0
    change(agent, EDITS[edit])
    ran = agent.run(*SHOWN, "--yes")
    assert (ran.code, agent.orders()) == (1, []), ran


@pytest.mark.parametrize("named", ["q_aaaaaaaaaaaa", "yes", ""])
def test_a_note_of_what_was_shown_that_was_forged_is_none(agent: Agent, named: str) -> None:  # noqa: F811
    assert agent.run(*SHOWN).code == 0
    (agent.skill / ".artifacts" / "m" / "input" / "quote.txt").write_text(named, "utf-8")
    assert (agent.run(*SHOWN, "--yes").code, agent.orders()) == (1, [])


def test_a_yes_to_what_one_account_was_shown_is_none_for_another(agent: Agent) -> None:  # noqa: F811
    assert agent.run(*SHOWN).code == 0
    key = f"ok_test_{token_hex(18)}"
    other = agent._replace(key=key, environment={**agent.environment, "CREATOK_API_KEY": key})
    ran = other.run(*SHOWN, "--yes")
    assert (ran.code, agent.orders(), other.orders()) == (1, [], []), ran
