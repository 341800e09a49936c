"""
The image script of the product-shots skills: its flags, its lines, its functions, our engine.

Calling it is the yes: this command line never had a question of its own. It makes a quote, approves it as
"drop-in" and runs it, so ceiling, ledger and recovery are the same as everywhere else.
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from limner import artifacts, choice
from limner.artifacts import Output
from limner.client import Client
from limner.dropin.product_shots_lines import Lines
from limner.errors import LimnerError
from limner.home import wants_sandbox
from limner.receipts import words
from limner.types import Quote, Request

GATEWAY = "omnimaas"
DEFAULT_MODEL = "gemini-3-pro-image-preview"
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")

_FAMILIES = {"images": "openai", "chat": "gemini"}
_EXTENSIONS = {"openai": "png", "gemini": "jpeg"}


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; its exit code: 0, 1 for whatever fails, 2 for flags that do not exist."""
    options = _parser().parse_args(argv)
    lines = Lines()
    lines.take_any_letter()
    wanted = Request(
        prompt=options.prompt,
        model=options.model,
        references=tuple(options.reference_image),
        aspect_ratio=options.aspect_ratio,
        size=options.size,
        n=options.n,
        avoid=options.negative_prompt,
    )
    try:
        _make(wanted, options.output, lines)
    except LimnerError as error:
        lines.failure(error)
        return 1
    except KeyboardInterrupt:
        lines.note("interrupted; what was sent may be charged all the same. See: limner recover")
        return 130
    except Exception as error:
        if os.environ.get("LIMNER_DEBUG"):
            raise
        lines.failure(LimnerError("internal", reason=f"{type(error).__name__}: {error}"))
        return 1
    return 0


def generate_image(
    prompt: str,
    model: str = DEFAULT_MODEL,
    aspect_ratio: str | None = None,
    negative_prompt: str | None = None,
    reference_images: Sequence[str | Path] = (),
    output_path: str | Path | None = None,
) -> Path:
    """A picture by whichever family the model belongs to; the file it was saved in."""
    references = tuple(map(str, reference_images))
    wanted = Request(
        prompt, model=model, aspect_ratio=aspect_ratio, avoid=negative_prompt, references=references
    )
    return _make(wanted, output_path, Lines(quiet=True))


def generate_openai(  # noqa: PLR0913 - the skill's own fields
    prompt: str,
    model: str = "gpt-image-2",
    *,
    size: str | None = None,
    aspect_ratio: str | None = None,
    n: int = 1,
    negative_prompt: str | None = None,
    reference_images: Sequence[str | Path] = (),
    output: str | Path | None = None,
) -> Path:
    """
    Buy `n` pictures of the OpenAI family. Returns the first one's file; the others stand beside it as
    `name-2`, `name-3`, … Raises `LimnerError`, whose text is one sentence, when no picture came.
    """
    references = tuple(map(str, reference_images))
    wanted = Request(
        prompt, None, model, references, aspect_ratio=aspect_ratio, size=size, n=n, avoid=negative_prompt
    )
    return _make(wanted, output, Lines(quiet=True), "openai")


def generate_gemini(  # noqa: PLR0913 - the skill's own fields
    prompt: str,
    model: str = DEFAULT_MODEL,
    *,
    size: str | None = None,
    aspect_ratio: str | None = None,
    n: int = 1,
    negative_prompt: str | None = None,
    reference_images: Sequence[str | Path] = (),
    output: str | Path | None = None,
) -> Path:
    """
    Buy one picture of the Gemini family, which has no `size` and no `n`: both are left out, with a warning.
    Returns its file. Raises `LimnerError`, whose text is one sentence, when no picture came.
    """
    references = tuple(map(str, reference_images))
    wanted = Request(
        prompt, None, model, references, aspect_ratio=aspect_ratio, size=size, n=n, avoid=negative_prompt
    )
    return _make(wanted, output, Lines(quiet=True), "gemini")


def _make(wanted: Request, file: str | Path | None, lines: Lines, family: str | None = None) -> Path:
    """Quote, yes, pictures. Raises `LimnerError` unless the job is done."""
    with Client(sandbox=wants_sandbox(), language=lines.language) as client:
        gateway = client.gateway(GATEWAY)
        quote, belongs = _quote(client, wanted, family, lines)
        output = _output(file, belongs)
        lines.folder = None if Path(output.path or "").expanduser().is_absolute() else Path(output.folder)
        artifacts.check_output(output)
        lines.what(quote, gateway, belongs)
        started = time.monotonic()
        if quote.needs_approval:
            client.approve(quote.id, by="drop-in")
        job = client.run(quote.id, output, lines.watch)
        if job.state == "done" and job.pictures:
            lines.done(job, time.monotonic() - started)
            return Path(job.pictures[0].path)
        lines.unfinished(job, quote)
        key, facts = words(job)
        raise LimnerError(job.error or key, **{**facts, **job.error_facts})


def _quote(client: Client, wanted: Request, family: str | None, lines: Lines) -> tuple[Quote, str]:
    """The quote and the family that the model's name stands for; nobody is asked."""
    # The skill's callers were promised one default, and that nothing is adjusted.
    model = choice.named(wanted, client.models(GATEWAY))[0]
    wanted = wanted._replace(model=model.id, exact=True)
    belongs = _FAMILIES[model.family]
    if family and belongs != family:
        raise ValueError(f"{model.id} is of the {belongs} family: call generate_{belongs}")
    if belongs == "gemini" and wanted.n != 1:
        lines.note(f"Gemini models make one picture per call: --n {wanted.n} is ignored")
        wanted = wanted._replace(n=1)
    return client.quote(wanted, gateway=GATEWAY), belongs


def _output(file: str | Path | None, family: str) -> Output:
    """The caller's file, named as given and overwritten; else `output-<ts>` here, which never is."""
    here = Path.cwd()
    if file is not None:
        return Output(str(file), overwrite=True, exact=True, folder=str(here))
    stem, extension = f"output-{int(time.time())}", _EXTENSIONS[family]
    name, number = f"{stem}.{extension}", 1
    while (here / name).exists():
        number += 1
        name = f"{stem}-{number}.{extension}"
    return Output(name, folder=str(here))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Make a picture from words and reference pictures, save it, and say where it is. "
        "Calling this spends money: ask for the price first with `limner quote`.",
        epilog="Keys come from variables or key files, never from a flag. Models and prices: limner models",
    )
    add = parser.add_argument
    add("--prompt", required=True, metavar="TEXT", help="what the picture shall show")
    add("--model", default=DEFAULT_MODEL, metavar="ID", help="default: %(default)s")
    add("--aspect-ratio", choices=RATIOS, help="a size for OpenAI models, words in the prompt for Gemini's")
    add("--size", metavar="WxH", help="OpenAI models only; goes before --aspect-ratio")
    add("--negative-prompt", metavar="TEXT", help="what to avoid; joins the prompt")
    add("--n", type=int, default=1, help="how many pictures, OpenAI models only; default: 1")
    add(
        "--reference-image",
        action="append",
        default=[],
        metavar="PATH",
        help="a picture to start from; may be repeated",
    )
    add("--output", metavar="PATH", help="overwritten if it is there; default: ./output-<time>.<png|jpeg>")
    return parser
