"""Somebody who buys at the sandbox, over real HTTP."""

from typing import Any, NamedTuple

import httpx2


class Customer(NamedTuple):
    """Somebody with a key that nobody else has, and a client to use it with."""

    http: httpx2.Client
    key: str

    def generate(self, prompt: str, **other: Any) -> httpx2.Response:
        order = {"model": "gpt-image-2", "prompt": prompt, "n": 1, "size": "256x256", **other}
        return self.http.post("/omnimaas/v1/images/generations", json=order)

    def chat(self, text: str, *pictures: str, model: str = "gemini-3-pro-image-preview") -> httpx2.Response:
        content: list[dict[str, Any]] = [{"type": "text", "text": text}]
        content += [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
        body = {"model": model, "messages": [{"role": "user", "content": content}]}
        return self.http.post("/omnimaas/v1/chat/completions", json=body)

    def bills(self) -> list[dict[str, Any]]:
        return list(self.http.get("/_sandbox/bills", params={"account": self.key}).json())

    def requests(self) -> list[dict[str, Any]]:
        return list(self.http.get("/_sandbox/requests", params={"account": self.key}).json())

    def script(self, *faults: dict[str, Any], gateway: str = "omnimaas") -> httpx2.Response:
        wish = {"gateway": gateway, "account": self.key, "faults": faults}
        return self.http.post("/_sandbox/script", json=wish)
