"""The openai SDK's client for event loops."""

import asyncio
import base64
from pathlib import Path

from openai import AsyncOpenAI


def fleet(url: str, in_flight: int):
    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    runner = asyncio.Runner()

    async def all_of(orders) -> None:
        room = asyncio.Semaphore(in_flight)

        async def make(prompt: str, out: str, n: int) -> None:
            async with room:
                answer = await client.images.generate(model="gpt-image-1", prompt=prompt, n=n)
            Path(out).write_bytes(base64.b64decode((answer.data or [])[0].b64_json or ""))

        await asyncio.gather(*(make(*order) for order in orders))

    return lambda orders: runner.run(all_of(orders))
