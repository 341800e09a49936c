"""The question before money is spent."""

from limner.cli.face import Face
from limner.errors import ApprovalNeeded, Declined, Usage
from limner.types import Quote


def ask(quote: Quote, face: Face) -> None:
    """Ask at the terminal and write the yes down. Raises `Declined`, `QuoteChanged`."""
    answer = face.ask(face.text("card.ask", ceiling=quote.ceiling)).lower()
    if answer not in face.text("card.yes_words").split():
        raise Declined("approval.declined", quote=quote.id)
    face.client.approve(quote.id, by="terminal")


def relay(quote: Quote, named: str, face: Face) -> None:
    """Take the yes that an agent passes on. Raises `ApprovalNeeded` where only a person's own hand counts."""
    if named != quote.id:
        raise ApprovalNeeded("approval.other_quote", approved=named, quote=quote.id)
    if _mode(face) == "person" and face.client.ledger.approval(quote.id) is None:
        raise ApprovalNeeded("approval.person", command=face.typed("approve", quote.id))
    face.client.approve(quote.id, by="relay")


def _mode(face: Face) -> str:
    """Whose yes counts. A misspelt word must not quietly mean the weaker one."""
    told = face.client.settings.get("approval", {})
    mode = told.get("mode", "relay") if isinstance(told, dict) else told
    if mode not in {"relay", "person"}:
        raise Usage("settings.approval_mode", mode=mode, path=face.client.home.settings)
    return str(mode)
