"""The product-shots script as its callers know it: a process with flags, lines, files and an exit code."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import pictures

from .caller import SCRIPT, Caller, sidecar

GEMINI = "gemini-3-pro-image-preview"
FIRST = re.compile(
    r"\[image-gen\] gateway=\S+ key_source=\S+ model=\S+ family=(openai|gemini) refs=\d+ aspect=\S+"
)
SECOND = re.compile(r"\[image-gen\] prompt='.{1,120}'")
THIRD = re.compile(r"\[image-gen\] OK \d+\.\ds \| [\d,]+ bytes \| tokens=(\d+|\?) \| \S+")
FAST = "waits = [0, 0]\n"


@pytest.fixture
def reference(caller: Caller) -> str:
    pictures.saved(pictures.quarters((640, 480)), caller.folder / "shoe.jpg")
    return "shoe.jpg"


def whole(path: Path) -> tuple[int, int]:
    """The size of a picture that decodes to its last row and is no broken answer."""
    assert path.stat().st_size > 10_000
    with Image.open(path) as picture:
        picture.load()
        return picture.size


def test_the_quickstart_of_the_skill_works_as_it_is_written(caller: Caller) -> None:
    line = (
        'python scripts/generate.py --prompt "a red apple on wood" \\\n'
        "                           --model gemini-3-pro-image-preview \\\n"
        "                           --output /tmp/test.jpeg"
    )
    here = line.replace("/tmp/", f"{caller.folder}/").replace("scripts/generate.py", str(SCRIPT))
    called = caller.shell(here)
    assert called.code == 0, called.err
    assert called.path == str(caller.folder / "test.jpeg")
    whole(caller.folder / "test.jpeg")


def test_the_call_of_other_skills_works_as_it_is_written(caller: Caller) -> None:
    line = (
        "python <skill-dir>/scripts/generate.py \\\n"
        '      --prompt "..." --model gemini-3-pro-image-preview --output ./out.jpeg'
    )
    called = caller.shell(line.replace("<skill-dir>", str(SCRIPT.parents[1])))
    assert called.code == 0, called.err
    assert called.path == "out.jpeg"
    whole(caller.folder / "out.jpeg")


def test_standard_output_is_three_lines_in_their_known_form(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", "--model", "gpt-image-2", "--aspect-ratio", "3:2")
    assert called.code == 0, called.err
    first, second, third = called.lines
    assert first == (
        "[image-gen] gateway=OMNIMAAS_BASE_URL key_source=OMNIMAAS_API_KEY model=gpt-image-2 family=openai "
        "refs=0 aspect=3:2"
    )
    assert second == "[image-gen] prompt='a cat'"
    assert FIRST.fullmatch(first)
    assert SECOND.fullmatch(second)
    assert THIRD.fullmatch(third)
    assert re.fullmatch(r"output-\d+\.png", called.path)
    size = (caller.folder / called.path).stat().st_size
    assert f"| {size:,} bytes |" in third


def test_a_long_prompt_with_line_breaks_stays_one_line_of_120_characters(caller: Caller) -> None:
    called = caller.generate("--prompt", "a lighthouse\n" * 30)
    assert called.code == 0, called.err
    assert len(called.lines) == 3
    assert len(called.lines[1]) == len("[image-gen] prompt=''") + 120


def test_without_a_model_the_default_paints(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", "--negative-prompt", "dogs", "--aspect-ratio", "16:9")
    assert f"model={GEMINI} family=gemini" in called.out
    assert "prompt='a cat (aspect ratio: 16:9) Avoid: dogs'" in called.out
    assert re.fullmatch(r"output-\d+\.jpeg", called.path)
    assert caller.bills()[0]["model"] == GEMINI


def test_a_reference_that_is_too_large_is_shrunk_and_told_first(caller: Caller) -> None:
    pictures.saved(pictures.noise((1600, 1200)), caller.folder / "big.png")
    pictures.saved(pictures.quarters((300, 200)), caller.folder / "small.jpg")
    references = ("--reference-image", "big.png", "--reference-image", "small.jpg")
    called = caller.generate("--prompt", "on a beach", *references, "--output", "beach.jpeg")
    assert called.code == 0, called.err
    assert re.fullmatch(
        r"\[image-gen\] auto-resized big\.png: \d+KB -> \d+KB \(1024px max\)", called.lines[0]
    )
    assert len(called.lines) == 4
    assert "refs=2" in called.lines[1]


def test_a_call_with_references_is_repeated_after_a_pause_and_says_so(caller: Caller, reference: str) -> None:
    called = caller.generate("--prompt", "a beach [[503x1]]", "--reference-image", reference)
    assert called.code == 0, called.err
    assert (
        "[image-gen] i2i retry: attempt 1/3 failed (HTTP 503); sleeping 1s before retry"
        in called.err.splitlines()
    )
    assert len(caller.requests()) == 2
    assert called.told("sent") == "2"
    assert len(caller.bills()) == 1


def test_three_failures_with_references_are_the_end_of_it(caller: Caller, reference: str) -> None:
    caller.configure(FAST)
    called = caller.generate(
        "--prompt", "a beach [[524]]", "--model", "gpt-image-2", "--reference-image", reference
    )
    assert called.code == 1
    retries = [line for line in called.err.splitlines() if "i2i retry" in line]
    assert retries == [
        "[image-gen] i2i retry: attempt 1/3 failed (HTTP 524); sleeping 0s before retry",
        "[image-gen] i2i retry: attempt 2/3 failed (HTTP 524); sleeping 0s before retry",
        "[image-gen] i2i retry: attempt 3/3 failed (HTTP 524); giving up",
    ]
    assert len(caller.requests()) == 3


@pytest.mark.parametrize("fault", ["500", "503", "429", "524", "reset"])
def test_a_call_without_references_is_sent_once(caller: Caller, fault: str) -> None:
    called = caller.generate("--prompt", f"a cat [[{fault}]]")
    assert called.code == 1
    assert len(caller.requests()) == 1
    assert "i2i retry" not in called.err
    assert not list(caller.folder.iterdir())


@pytest.mark.parametrize("fault", ["401", "403"])
def test_a_refused_key_is_never_sent_twice(caller: Caller, reference: str, fault: str) -> None:
    called = caller.generate("--prompt", f"a cat [[{fault}]]", "--reference-image", reference)
    assert called.code == 1
    assert len(caller.requests()) == 1
    assert "i2i retry" not in called.err
    assert called.told("charged") == "no"


def test_all_pictures_are_saved_the_first_under_the_given_name(caller: Caller) -> None:
    called = caller.generate(
        "--prompt", "a cat", "--model", "gpt-image-2", "--n", "3", "--output", "cats/cat.png"
    )
    assert called.code == 0, called.err
    assert called.path == "cats/cat.png"
    assert "[image-gen] also saved cats/cat-2.png" in called.err
    assert "[image-gen] also saved cats/cat-3.png" in called.err
    for name in ("cat.png", "cat-2.png", "cat-3.png"):
        assert whole(caller.folder / "cats" / name) == (1024, 1024)


def test_every_call_tells_its_price_before_and_its_cost_after(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", "--model", "gpt-image-2", "--n", "2")
    billed = sum(bill["micro"] for bill in caller.bills())
    assert called.told("price") == "¥0.70"
    assert float(called.told("cost").lstrip("¥")) * 1_000_000 == pytest.approx(billed, abs=2)
    assert called.err.index("price=") < called.err.index("cost=")
    assert called.told("charged") == "yes"


def test_what_gemini_has_no_place_for_is_left_out_with_a_warning(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", "--n", "4", "--size", "512x512")
    assert called.code == 0
    assert "--n 4 is ignored" in called.err
    assert "512x512 is left out" in called.err
    assert len(caller.requests()) == 1


def test_an_older_file_of_the_given_name_is_overwritten(caller: Caller) -> None:
    (caller.folder / "out.png").write_text("an older picture")
    called = caller.generate("--prompt", "a cat", "--output", "out.png")
    assert called.path == "out.png"
    whole(caller.folder / "out.png")


def test_the_given_name_is_kept_even_where_the_picture_is_of_another_type(caller: Caller) -> None:
    caller.generate("--prompt", "a cat", "--output", "out.png")
    assert sidecar(caller.folder / "out.png")["picture"]["media_type"] == "image/jpeg"


def test_a_default_name_never_takes_the_place_of_another_picture(caller: Caller) -> None:
    paths = {caller.generate("--prompt", "a cat").path for _ in range(3)}
    assert len(paths) == 3
    assert all(re.fullmatch(r"output-\d+(-\d)?\.jpeg", path) for path in paths)


@pytest.mark.parametrize("fault", ["tiny", "truncated-picture", "not-a-picture", "refusal"])
def test_what_is_no_whole_picture_is_an_error_and_not_a_file(caller: Caller, fault: str) -> None:
    called = caller.generate("--prompt", f"a cat [[{fault}]]", "--output", "out.jpeg")
    assert called.code == 1
    assert not (caller.folder / "out.jpeg").exists()
    assert called.told("cost") != "¥0.00"


def test_a_lost_answer_is_told_as_such_and_not_bought_again(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat [[lost-after-charge]]")
    assert called.code == 1
    assert called.told("charged") == "unknown"
    assert called.told("uncertain") == "¥1.00"
    assert len(caller.bills()) == 1


WRONG = {
    "an unknown ratio": ("--prompt", "a cat", "--aspect-ratio", "4:5"),
    "no prompt": ("--model", GEMINI),
    "an unknown flag": ("--prompt", "a cat", "--api-key", "x"),
    "a count in words": ("--prompt", "a cat", "--n", "two"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=list(WRONG))
def test_flags_that_cannot_be_end_with_2(caller: Caller, words: tuple[str, ...]) -> None:
    called = caller.generate(*words)
    assert called.code == 2
    assert called.err.startswith("usage:")
    assert not called.out


FAILING = {
    "an empty prompt": (("--prompt", " "), "empty"),
    "a prompt that is too long": (("--prompt", "x" * 4001), "4000"),
    "a reference that is not there": (("--prompt", "a cat", "--reference-image", "no.png"), "no.png"),
    "a count of none": (("--prompt", "a cat", "--model", "gpt-image-2", "--n", "0"), "0 pictures"),
    "references where none are taken": (
        ("--prompt", "a cat", "--model", "dall-e-3", "--reference-image", str(SCRIPT)),
        "dall-e-3 takes no reference",
    ),
    "an output that cannot be written": (("--prompt", "a cat", "--output", "/proc/x/cat.png"), "/proc"),
}


@pytest.mark.parametrize(("words", "reason"), FAILING.values(), ids=list(FAILING))
def test_what_cannot_be_served_ends_with_1_before_anything_is_sent(
    caller: Caller, words: tuple[str, ...], reason: str
) -> None:
    called = caller.generate(*words)
    assert called.code == 1
    assert reason in called.err
    assert not called.out
    assert not caller.requests()


def test_an_unknown_model_lists_those_there_are(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", "--model", "gpt-image-9")
    assert called.code == 1
    for model in ("gpt-image-1", "gpt-image-2", "dall-e-3", GEMINI, "gemini-2.5-flash-image-preview"):
        assert model in called.err
    assert not caller.requests()


def test_without_a_key_nothing_is_sent_and_three_ways_to_set_one_are_shown(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", OMNIMAAS_API_KEY="")
    assert called.code == 1
    assert not called.out
    for way in ("export OMNIMAAS_API_KEY=", "~/.zshrc", "~/.product_shots_imagegen_api_key"):
        assert way in called.err
    assert "Never paste a key into a chat" in called.err


@pytest.mark.parametrize("name", ["PRODUCT_SHOTS_IMAGEGEN", "RENDER", "CANVASFLOW_IMAGEGEN"])
def test_the_other_variables_serve_as_pairs(caller: Caller, name: str) -> None:
    pair = {f"{name}_API_KEY": caller.key, f"{name}_BASE_URL": f"{caller.url}/omnimaas/v1"}
    called = caller.generate("--prompt", "a cat", OMNIMAAS_API_KEY="", OMNIMAAS_BASE_URL="", **pair)
    assert called.code == 0, called.err
    assert f"gateway={name}_BASE_URL key_source={name}_API_KEY " in called.out


def test_a_key_file_is_named_as_the_source(caller: Caller) -> None:
    file = Path(caller.environment["HOME"]) / ".product_shots_imagegen_api_key"
    file.write_text(caller.key + "\n")
    file.chmod(0o600)
    base = f"{caller.url}/omnimaas/v1"
    called = caller.generate("--prompt", "a cat", OMNIMAAS_API_KEY="", PRODUCT_SHOTS_IMAGEGEN_BASE_URL=base)
    assert called.code == 0, called.err
    assert f"gateway=PRODUCT_SHOTS_IMAGEGEN_BASE_URL key_source={file} " in called.out


def test_without_an_address_the_gateways_own_is_named(caller: Caller) -> None:
    caller.configure('proxy = "http://127.0.0.1:1"\n')  # nobody listens there, so nothing leaves this machine
    called = caller.generate("--prompt", "a cat", OMNIMAAS_BASE_URL="")
    assert called.code == 1
    assert "gateway=OMNIMAAS_DEFAULT_BASE_URL key_source=OMNIMAAS_API_KEY" in called.out
    assert called.told("charged") == "no"


def test_a_key_without_its_address_goes_nowhere(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat", OMNIMAAS_API_KEY="", RENDER_API_KEY="sk-of-somebody-else")
    assert called.code == 1
    assert "RENDER_BASE_URL" in called.err
    assert not called.out


def test_proxy_variables_do_not_get_in_the_way(caller: Caller) -> None:
    proxies = dict.fromkeys(("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"), "socks5://127.0.0.1:1")
    called = caller.generate("--prompt", "a cat", **proxies)
    assert called.code == 0, called.err


@pytest.mark.parametrize("prompt", ["a cat", "a cat [[401]]", "a cat [[lost-after-charge]]"])
def test_the_key_is_nowhere_but_in_its_header(caller: Caller, reference: str, prompt: str) -> None:
    caller.configure(FAST)
    called = caller.generate("--prompt", prompt, "--reference-image", reference, "--output", "out.jpeg")
    assert caller.requests()
    shown = caller.key[:9]
    assert shown not in called.out + called.err
    assert not [path for path in caller.files() if shown.encode() in path.read_bytes()]


def test_a_call_is_its_own_yes_and_the_ledger_says_so(caller: Caller) -> None:
    called = caller.generate("--prompt", "a cat")
    with caller.client() as client:
        job = client.job(called.told("job"))
        yes = client.ledger.approval(job.quote_id)
        assert yes is not None
        assert yes["by_whom"] == "drop-in"
        assert job.state == "done"
        assert client.ledger.quote(job.quote_id).ceiling == job.ceiling


def test_a_terminal_without_chinese_letters_does_not_cost_the_picture(caller: Caller) -> None:
    called = caller.generate("--prompt", "一座灯塔", PYTHONIOENCODING="ascii")
    assert called.code == 0, called.err
    assert r"\u706f\u5854" in called.out
    whole(caller.folder / called.path)


def test_in_the_sandbox_no_key_is_needed(caller: Caller) -> None:
    called = caller.generate(
        "--prompt", "a cat", OMNIMAAS_API_KEY="", OMNIMAAS_BASE_URL="", LIMNER_SANDBOX="1"
    )
    record = json.loads(next(caller.home.rglob("server.json")).read_text("utf-8"))
    os.kill(record["pid"], signal.SIGTERM)
    assert called.code == 0, called.err
    assert "gateway=LIMNER_SANDBOX key_source=sandbox " in called.out
    assert sidecar(caller.folder / called.path)["sent"]["host"].startswith("127.0.0.1:")


def test_an_interrupted_call_leaves_a_job_to_recover(caller: Caller) -> None:
    command = [sys.executable, str(SCRIPT), "--prompt", "a cat [[slow=30]]"]
    with subprocess.Popen(
        command, cwd=caller.folder, env=caller.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        job = next(line for line in process.stderr if "job=" in line).partition("job=")[2].strip()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert "limner recover" in process.stderr.read()
    caller.shell(f"limner recover {job} || true")
    with caller.client() as client:
        assert client.job(job).state in {"unknown", "failed"}


IMPORTER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("image_gen", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.generate_openai("a cat", "gpt-image-2", size="1536x1024", n=2, output="cat.png"))
print(module.generate_gemini("a dog", aspect_ratio="1:1", negative_prompt="cats", output="dog.jpeg"))
print(module.generate_gemini("the same dog", "gemini-3-pro-image-preview", reference_images=["dog.jpeg"]))
print(module.generate_image("a bird", "gpt-image-2", "3:2", None, [], "bird.png"))
try:
    module.generate_openai("a dog", "gemini-3-pro-image-preview")
except ValueError as error:
    print(error)
try:
    module.generate_gemini("a dog [[401]]")
except Exception as error:
    print(type(error).__name__, error)
"""


def test_other_scripts_can_import_the_functions(caller: Caller) -> None:
    called = caller.call([sys.executable, "-c", IMPORTER, str(SCRIPT)])
    assert called.code == 0, called.err
    cat, dog, again, bird, family, refused = called.lines
    assert (cat, dog, bird) == tuple(
        str(caller.folder / name) for name in ("cat.png", "dog.jpeg", "bird.png")
    )
    assert whole(caller.folder / "cat-2.png") == (1536, 1024)
    assert whole(Path(again))
    assert "call generate_gemini" in family
    assert refused.startswith("LimnerError OmniMaaS does not accept the key")
    assert called.err.count("cost=") == 5


def test_a_python_without_limner_says_so_in_one_sentence(caller: Caller) -> None:
    called = caller.call([sys.executable, "-S", str(SCRIPT), "--prompt", "a cat"])
    assert called.code == 1
    assert called.err.startswith("This Python does not have limner")
    assert len(called.err.splitlines()) == 1
    imported = caller.call([sys.executable, "-S", "-c", IMPORTER, str(SCRIPT)])
    assert "ImportError: This Python does not have limner" in imported.err
