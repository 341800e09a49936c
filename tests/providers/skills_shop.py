"""What tests of skills.video share: how it is bought at there, and what was sent."""

from typing import Any

from buyer import Buyer

PRO = "google/nano-banana-pro"
QUICK = "waits = [0]\n[gateways.skillsvideo.polling]\nfloor = 0.02\nceiling = 0.05\nlimit = 30\n"


def bought(buyer: Buyer, prompt: str, **wishes: Any) -> Any:
    return buyer.make(prompt, max_cost=wishes.pop("max_cost", "30"), **wishes)


def quick(buyer: Buyer, prompt: str, **wishes: Any) -> Any:
    """A small picture, for tests to which the picture does not matter."""
    return bought(buyer, prompt, model="google/nano-banana", **wishes)


def creates(buyer: Buyer) -> list[dict[str, Any]]:
    return [one for one in buyer.requests() if one["method"] == "POST"]
