"""
Any server that speaks OpenAI's image endpoints, one on the person's own machine included.

Local servers answer in base64 only and refuse to be asked for links, so base64 is asked for by name;
OpenAI's own GPT image models refuse that question and always answer in base64.
"""

from limner.answers import Answer
from limner.errors import GatewayError
from limner.gateways import Gateway
from limner.providers import openai_dialect
from limner.providers.base import Provider, refusal
from limner.results import Submission
from limner.types import Choice
from limner.wire import Wire

_ALWAYS_BASE64 = ("gpt-image-", "chatgpt-image-")


class Adapter(Provider):
    def submit(self, wire: Wire, choice: Choice) -> Submission:
        if choice.model.family == "chat":
            return openai_dialect.send_chat(wire, choice)
        if not choice.model.id.startswith(_ALWAYS_BASE64):
            choice = choice._replace(parameters={**choice.parameters, "response_format": "b64_json"})
        field = str(wire.gateway.settings.get("edit_field", "image[]"))
        return openai_dialect.send_images(wire, choice, field)

    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        return openai_dialect.read(answer, gateway)

    def model_ids(self, wire: Wire) -> list[str]:
        answer = wire.get("/models")
        if answer.status in {401, 403}:
            raise refusal(answer, wire.gateway)
        listed = answer.json() if answer.status == 200 else None
        entries = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(entries, list):
            raise GatewayError("gateway.no_list", gateway=wire.gateway.title)
        return [str(entry["id"]) for entry in entries if isinstance(entry, dict) and entry.get("id")]
