"""The question before money is spent."""

from limner.cli.face import Face
from limner.errors import ApprovalNeeded, Declined
from limner.types import Quote


def ask(quote: Quote, face: Face) -> None:
    """Ask at the terminal and write the answer down. Raises `Declined`, `QuoteChanged`."""
    face.client.ledger.demand_undeclined(quote)
    answer = face.ask(face.text("card.ask", ceiling=quote.ceiling)).lower()
    if answer not in face.text("card.yes_words").split():
        face.client.decline(quote.id)
        raise Declined("approval.declined", quote=quote.id)
    face.client.approve(quote.id, by="terminal")


def relay(quote: Quote, named: str, face: Face) -> None:
    """Take the yes that an agent passes on. Raises `ApprovalNeeded` where only a person's own hand counts."""
    if named != quote.id:
        raise ApprovalNeeded("approval.other_quote", approved=named, quote=quote.id)
    try:
        face.client.approve(quote.id, by="relay")
    except ApprovalNeeded as error:
        error.facts["command"] = face.typed("approve", quote.id)
        raise
