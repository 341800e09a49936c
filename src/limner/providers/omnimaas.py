"""
OmniMaaS, also called Cloubic: OpenAI's wire form for two families of models, answered at once.

GPT and DALL·E models speak the image endpoints, Gemini models speak chat completions whether or not
there are references. There is no task to follow, no stream and no balance call.

API: https://api.omnimaas.com/v1 as described at docs.cloubic.com, read 2026-06-08.
"""

from limner.answers import Answer
from limner.gateways import Gateway
from limner.providers import openai_dialect
from limner.providers.base import Provider
from limner.results import Submission
from limner.types import Choice
from limner.wire import Wire


class Adapter(Provider):
    def submit(self, wire: Wire, choice: Choice) -> Submission:
        if choice.model.family == "chat":
            return openai_dialect.send_chat(wire, choice)
        return openai_dialect.send_images(wire, choice)

    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        return openai_dialect.read(answer, gateway)
