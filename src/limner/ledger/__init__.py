"""What was quoted, approved, sent, charged and received. The only SQL in the house."""

from limner.ledger.jobs import Ledger
from limner.ledger.owners import Owner
from limner.ledger.spending import Spent
from limner.ledger.turns import ANY_PACE, Pace

__all__ = ["ANY_PACE", "Ledger", "Owner", "Pace", "Spent"]
