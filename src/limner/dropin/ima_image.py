"""
The image script of the IMA Studio skills: its flags, its lines, our engine.

Calling it is the yes: this command line never had a question of its own. It asks the service's list, makes a
quote, approves it as "drop-in" and runs it, so ceiling, ledger and recovery are the same as everywhere else.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limner import narration
from limner.artifacts import Output
from limner.client import Client
from limner.dropin import ima_preferences
from limner.dropin.ima_image_lines import Lines
from limner.dropin.ima_log import Log
from limner.errors import GatewayError, LimnerError
from limner.home import wants_sandbox
from limner.messages import stream
from limner.types import Model, Request

GATEWAY = "ima"
TASK_TYPES = ("text_to_image", "image_to_image")
PREFERENCES = "~/.openclaw/memory/ima_prefs.json"
"""Where the IMA skills keep what people told them to remember."""


class Wrong(Exception):
    """A command line that cannot be served. `lines` say why and what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__(lines[0])
        self.lines = lines


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; its exit code: 0, 1 for whatever fails, 2 for flags that do not exist."""
    options = _parser().parse_args(argv)
    lines, log = Lines("zh" if options.language.lower().startswith("zh") else "en"), Log()
    lines.take_any_letter()
    try:
        _take(options, lines)
        over = {"preferences": {"file": PREFERENCES, "user": options.user_id}}
        with Client(sandbox=wants_sandbox(), language=lines.language, over=over) as client:
            try:
                return _serve(options, client, lines, log)
            except GatewayError as error:
                _note(options, log, error)
                lines.last(narration.refusal(client.engine, error, lines.language))
                return 1
    except Wrong as wrong:
        lines.fail(*wrong.lines)
    except LimnerError as error:
        _note(options, log, error)
        lines.fail(lines.sentence(error.key, error.facts))
        if error.key == "key.none":
            lines.fail("Set IMA_API_KEY, or run `limner setup ima`.")
    except KeyboardInterrupt:
        lines.fail("Interrupted. What was sent may be charged all the same; see: limner recover")
        return 130
    return 1


def _note(options: argparse.Namespace, log: Log, error: LimnerError) -> None:
    log.write("failed", task_type=options.task_type, model_id=options.model_id, error=error.key)


def _take(options: argparse.Namespace, lines: Lines) -> None:
    """The key and the address of the command line, for this process alone."""
    if options.api_key:
        lines.warn("A key on the command line can be read by other programs; set IMA_API_KEY instead.")
        os.environ["IMA_API_KEY"] = options.api_key
    if options.base_url:
        os.environ["IMA_BASE_URL"] = options.base_url


def _serve(options: argparse.Namespace, client: Client, lines: Lines, log: Log) -> int:
    images = [one for group in options.input_images for one in group if one.strip()]
    preferences = client.market.preferences()
    if options.forget:
        ima_preferences.forget(preferences, options.task_type, lines)
        if not options.prompt and not options.list_models:
            return 0
    if not options.list_models:
        options.model_id = options.model_id or ima_preferences.saved(preferences, options.task_type, lines)
        _check(options, images)
    lines.say(f"🔍 Querying product list: category={options.task_type}")
    models = [one for one in client.offers(GATEWAY) if options.task_type in one.operations]
    if options.list_models:
        lines.table(options.task_type, models)
        return 0
    model = _model(options, models)
    if options.remember:
        ima_preferences.remember(preferences, options.task_type, model, lines)
    quote = client.quote(_request(options, images, model))
    lines.found(quote)
    if images:
        lines.say(f"📤 Processing {len(images)} input image(s)…")
    if quote.needs_approval:
        client.approve(quote.id, by="drop-in")
    job = client.run(quote.id, Output(folder=str(Path.cwd())), lines.watch)
    log.write(
        job.state,
        task_type=options.task_type,
        model_id=model.live["model_id"],
        credit=job.cost,
        charged=job.charged,
        sent=job.sent,
        job=job.id,
        task=job.task_id,
        seconds=None if job.seconds is None else round(job.seconds, 1),
        error=job.error,
    )
    if job.state != "done" or not job.pictures:
        story = narration.story(client.engine, job, quote, lines.language)
        end = narration.ending(client.engine, job, quote, lines.language)
        lines.unfinished(job, stream.ending(story, end))
        return 1
    lines.done(job)
    ima_preferences.hint(client, quote, lines)
    if options.output_json:
        lines.told(job, quote)
    return 0


def _check(options: argparse.Namespace, images: Sequence[str]) -> None:
    if not options.model_id:
        raise Wrong("--model-id is required", "Run with --list-models to see available models")
    if not (options.prompt or "").strip():
        raise Wrong("--prompt is required")
    if options.task_type == "image_to_image" and not images:
        raise Wrong("image_to_image needs --input-images: a web address or a file")
    if options.task_type == "text_to_image" and images:
        raise Wrong("text_to_image takes no --input-images; use --task-type image_to_image")


def _model(options: argparse.Namespace, models: Sequence[Model]) -> Model:
    """The newest version of the model, unless one is asked for."""
    ours = [one for one in models if one.live["model_id"] == options.model_id]
    if not ours:
        known = list(dict.fromkeys(str(one.live["model_id"]) for one in models))
        wrong = f"model_id='{options.model_id}' not found for task_type='{options.task_type}'."
        raise Wrong(wrong, "Available model_ids:", *(f"  {name}" for name in known))
    if not options.version_id:
        return next(one for one in ours if one.id == options.model_id)
    found = [one for one in ours if one.live["version"] == options.version_id]
    if not found:
        known = [str(one.live["version"]) for one in ours]
        wrong = f"version_id='{options.version_id}' not found for model_id='{options.model_id}'."
        raise Wrong(wrong, "Available version_ids:", *(f"  {name}" for name in known))
    return found[0]


def _request(options: argparse.Namespace, images: Sequence[str], model: Model) -> Request:
    extra = {"size": options.size} if options.size else {}
    extra.update(_object(options.extra_params))
    ratio = extra.pop("aspect_ratio", None)
    wanted = Request(
        prompt=options.prompt,
        gateway=GATEWAY,
        model=model.id,
        references=tuple(images),
        size=_text(extra.pop("size", None)),
        n=_count(extra.pop("n", 1)),
        exact=True,  # calling this is the yes, so nobody would see what was adjusted
    )
    if ratio is not None and ":" not in str(ratio):
        extra["aspect_ratio"] = ratio  # SeeDream's list has sizes among its ratios
    elif ratio is not None:
        wanted = wanted._replace(aspect_ratio=str(ratio))
    return wanted._replace(extra=extra)


def _object(text: str | None) -> dict[str, Any]:
    try:
        told = json.loads(text) if text else {}
    except ValueError as error:
        raise Wrong(f"Invalid --extra-params JSON: {error}") from error
    if not isinstance(told, dict):
        raise Wrong('Invalid --extra-params JSON: an object such as \'{"size": "4K"}\' is expected')
    return told


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        raise Wrong("n in --extra-params has to be a whole number")
    return int(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ima_image_create.py",
        description="Make a picture with IMA Studio from words and pictures, save it, and say where it is. "
        "Calling this spends points: ask for the price first with `limner quote -g ima`.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--task-type", required=True, choices=TASK_TYPES, help="with or without input images")
    add("--model-id", metavar="ID", help="the exact id; see --list-models")
    add("--version-id", metavar="ID", help="a version of the model; default: the newest")
    add("--prompt", metavar="TEXT", help="required unless listing")
    add(
        "--input-images",
        nargs="*",
        action="append",
        default=[],
        metavar="URL|FILE",
        help="web addresses pass through, files are uploaded; may be repeated",
    )
    add("--size", metavar="SIZE", help="such as 4k, 2K or 2048x2048, as the model has it")
    add("--extra-params", metavar="JSON", help='more parameters, such as \'{"aspect_ratio": "16:9"}\'')
    add("--language", default="en", metavar="en|zh", help="of labels and messages; default: %(default)s")
    add("--base-url", metavar="URL", help="another address of the service; its key is IMA_API_KEY")
    add("--user-id", default="default", metavar="NAME", help="whose preference; never leaves this machine")
    add("--remember", action="store_true", help="only on explicit words: use this model from now on")
    add("--forget", action="store_true", help="only on explicit words: give the choice of the model back")
    add("--list-models", action="store_true", help="list what the task type has, and stop")
    add("--output-json", action="store_true", help="one JSON object as the last thing on standard output")
    add("--api-key", metavar="KEY", help="better: set IMA_API_KEY, which other programs cannot read")
    return parser
