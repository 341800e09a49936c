"""limner's Python face; home and gateway come from `LIMNER_HOME`."""

import sys

from limner import Client, Output


def connect(url: str):
    del url
    client = Client()

    def make(prompt: str, out: str, n: int = 1) -> None:
        job = client.make(prompt, yes=lambda _: False, output=Output(path=out), n=n)
        assert job.state == "done", job

    return make


if __name__ == "__main__":
    connect(sys.argv[1])(*sys.argv[2:])
