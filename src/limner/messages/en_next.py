"""English: what to do about a failure, by its plain reason, where the failure's own sentence does not say it."""

TEXTS: dict[str, str] = {
    "do.key": "Store another with `limner setup`.",
    "do.key_at": "Get another: {url}",
    "do.forbidden": "See at the gateway what this key may do, or use another.",
    "do.forbidden_at": "See what this key may do, or get another: {url}",
    "do.funds": "Top up the account, or choose a cheaper model: limner models",
    "do.funds_at": "Buy credits: {url} Or choose a cheaper model: limner models",
    "do.rate": "Wait a moment, then make a new quote.",
    "do.unavailable": "Try again later, or with another model: limner models",
    "do.content": "Say it in other words, and make a new quote.",
    "do.parameters": "Change the size, the ratio or what is named above, and make a new quote.",
    "do.made": "Make a new quote, perhaps with another model: limner models",
    "do.failed": "Make a new quote, perhaps with another model: limner models",
    "do.broken": "Make a new quote. If this one was charged, what came is your proof towards the gateway.",
    "do.interrupted": "Make a new quote; this one is used up.",
    "do.reference": "Try another picture, or the same one in a smaller size.",
    "do.instead": "Could make it as well: {models}",
    "do.instead_one": "{model} at {gateway} for {price}",
}
