"""Every mistake is one clear sentence that names what is allowed; nothing is sent."""

import json

import pytest

from .person import Person

EN = {
    ("mkae",): "There is no command mkae. Did you mean make?",
    ("paint",): "There is no command paint. There are: make, quote, ",
    ("make", "a", "mug"): "`limner make` has no use for mug. Put a text of several words in quotes.",
    ("make", "a mug", "--ration", "1:1"): "`limner make` has no option --ration. Did you mean --ratio?",
    ("jobs", "--wibble"): "`limner jobs` has no option --wibble. It takes: --state, --limit, ",
    ("make", "a mug", "--json=yes"): "--json takes no value. Leave yes out.",
    ("make", "a mug", "-n"): "-n needs a value: -n COUNT",
    ("make", "a mug", "-n", "two"): "-n takes a whole number, not two.",
    ("make", "a mug", "-n", "0"): "0 pictures cannot be asked for at once. Ask for 1 to 100.",
    ("make", "a mug", "-n", "101"): "101 pictures cannot be asked for at once. Ask for 1 to 100.",
    ("make", "a mug", "--attempts", "9"): "9 attempts are not possible. Say 1 to 5.",
    ("make", "a mug", "--wait", "soon"): "--wait takes a number of seconds, such as 50, not soon.",
    ("make", "a mug", "--wait", "-1"): "--wait takes a number of seconds, such as 50, not -1.",
    ("make", "a mug", "--wait", "nan"): "--wait takes a number of seconds, such as 50, not nan.",
    ("make", "a mug", "--lang", "fr"): "--lang cannot be fr. Allowed: auto, en, zh, ja, ko, es, pt.",
    (
        "make",
        "a mug",
        "--ratio",
        "7:5",
        "--exact",
    ): "gemini-3-pro-image-preview has no aspect ratio 7:5. It takes 1:1, 16:9, ",
    (
        "make",
        "a mug",
        "-m",
        "gpt-image-2",
        "--size",
        "9x9",
    ): "gpt-image-2 has no size 9x9. It takes 1024x1024, ",
    (
        "make",
        "a mug",
        "-m",
        "gpt-imag-2",
    ): "There is no model gpt-imag-2. Did you mean gpt-image-2? Known are: ",
    (
        "make",
        "a mug",
        "-m",
        "gpt-image-2",
        "--quality",
        "best",
    ): "gpt-image-2 does not take quality=best. Allowed: ",
    ("make", "a mug", "-m", "gpt-image-2", "--seed", "7"): "gpt-image-2 has no parameter seed. It takes: ",
    ("make", "a mug", "-x", "steps"): "steps is not of the form NAME=VALUE.",
    (
        "make",
        "a mug",
        "--max-cost",
        "much",
    ): "much is not an amount. Give a plain number in CNY, such as 1.50.",
    ("make", ""): "The prompt is empty. Say in a few words what the picture should show.",
    ("make",): "The prompt is empty. Say in a few words what the picture should show.",
    ("make", "a mug", "--prompt", "a lamp"): "The prompt is there more than once. ",
    ("make", "a mug", "--ref", "nowhere.png"): "There is no file nowhere.png.",
    ("make", "a mug", "--ref", "."): ". is a folder. Name a picture in it.",
    ("make", "--prompt-file", "nowhere.txt"): "nowhere.txt cannot be read: there is no such file or folder.",
    ("run",): "`limner run` still needs QUOTE. See `limner run --help`.",
    ("status",): "`limner status` still needs JOB. See `limner status --help`.",
    ("jobs", "--limit", "0"): "--limit takes a whole number from 1 to 1000, not 0.",
    ("jobs", "--state", "lost"): "--state cannot be lost. Allowed: unfinished, done, ",
    ("models", "--task", "sing"): "--task cannot be sing. Allowed: text, edit.",
    ("spend", "--since", "yesterday"): "--since takes a day, such as 2026-11-01, not yesterday.",
    ("spend", "--by", "hour"): "--by cannot be hour. Allowed: day, gateway, model.",
    ("completion", "tcsh"): "SHELL cannot be tcsh. Allowed: bash, zsh, fish.",
    ("sandbox", "--port", "99999"): "--port takes a whole number from 0 to 65535, not 99999.",
    ("doctor", "now"): "`limner doctor` has no use for now. ",
    ("approve", "q_none", "--yes"): "`limner approve` has no option --yes. ",
}


@pytest.mark.parametrize("words", EN, ids=" ".join)
def test_a_mistake_is_one_sentence_and_exit_2(person: Person, words: tuple[str, ...]) -> None:
    ran = person.run(*words)
    assert ran.line.startswith(EN[words])
    assert ran.code == 2
    assert "Traceback" not in ran.err
    told = person.run(*words, LIMNER_OUTPUT="json")
    assert told.code == 2
    assert told.json["error"]["code"] == "usage"
    assert told.json["error"]["charged"] == "no"
    chinese = person.run(*words, LIMNER_LANG="zh")
    assert chinese.code == 2
    assert any("一" <= letter <= "鿿" for letter in chinese.line)
    assert person.bills() == []


NOT_FOUND = {
    ("run", "q_none"): "There is no quote q_none. Make one with `limner quote`.",
    ("status", "j_none"): "There is no job j_none. `limner jobs` lists them.",
    ("recover", "j_none"): "There is no job j_none. `limner jobs` lists them.",
    ("models", "-g", "nobody"): "There is no gateway nobody. Known are: ",
    ("gateways", "nobody"): "There is no gateway nobody. Known are: ",
    ("setup", "nobody"): "There is no gateway nobody. Known are: ",
}


@pytest.mark.parametrize("words", NOT_FOUND, ids=" ".join)
def test_what_there_is_not_is_named_and_exit_9(person: Person, words: tuple[str, ...]) -> None:
    ran = person.run(*words)
    assert ran.line.startswith(NOT_FOUND[words])
    assert ran.code == 9


REQUESTS = {
    "{": "The request is not JSON: ",
    "[]": 'The request has to be one JSON object, such as {"prompt": ',
    '"a mug"': "The request has to be one JSON object",
    '{"promt": "a mug"}': "The request has no field promt. It takes: prompt, gateway, ",
    '{"prompt": 7}': "The field prompt of the request has to be a text.",
    '{"prompt": "a mug", "n": "2"}': "The field n of the request has to be a whole number.",
    '{"prompt": "a mug", "n": true}': "The field n of the request has to be a whole number.",
    '{"prompt": "a mug", "n": 2.5}': "The field n of the request has to be a whole number.",
    '{"references": "mug.png"}': "The field references of the request has to be a list of paths.",
    '{"references": [7]}': "The field references of the request has to be a list of paths.",
    '{"prompt": "a mug", "extra": []}': "The field extra of the request has to be an object.",
    '{"prompt": "a mug", "max_cost": true}': "The field max_cost of the request has to be a text.",
    '{"prompt": "a \\ud800 mug"}': "The prompt is not readable text. Give it in UTF-8.",
    "[" * 100_000: "The request is not JSON: ",
    "": "The request is not JSON: ",
}


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda text: text[:40] or "nothing")
def test_a_wrong_request_says_which_field_and_what_it_takes(person: Person, request_: str) -> None:
    ran = person.run("quote", "--request", "-", told=request_)
    assert ran.line.startswith(REQUESTS[request_])
    assert ran.code == 2


def test_a_request_may_be_json_on_standard_input_or_in_a_file(person: Person) -> None:
    wish = {"prompt": "a mug", "model": "gpt-image-2", "n": 2, "max_cost": 2, "seed": None}
    told = person.json("quote", "--request", "-", told=json.dumps(wish))
    assert (told["data"]["model"], told["data"]["n"]) == ("gpt-image-2", 2)
    (person.folder / "wish.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(wish).encode())
    told = person.json("quote", "--request", "wish.json", "-n", "1")
    assert told["data"]["n"] == 1


def test_a_prompt_may_come_from_a_pipe_or_a_file(person: Person) -> None:
    long = "a lighthouse, " * 50
    assert person.json("quote", "-", told=long + "\n")["data"]["prompt"] == long.strip()
    assert person.json("quote", "--prompt", "-", told="一座灯塔\n")["data"]["prompt"] == "一座灯塔"
    (person.folder / "prompt.txt").write_text("a mug\n", "utf-8")
    assert person.json("quote", "--prompt-file", "prompt.txt")["data"]["prompt"] == "a mug"
    assert person.json("quote", "--prompt-file", "-", told="a mug")["data"]["prompt"] == "a mug"
    dashed = person.run("quote", "--json", "--", "--no-input")
    assert dashed.json["data"]["prompt"] == "--no-input"
    assert (
        person.run("quote", "-", told=b"\xff\xfe").line
        == "The prompt is not readable text. Give it in UTF-8."
    )


def test_words_that_are_no_text_are_named(person: Person) -> None:
    ran = person.run("quote", "caf\udce9")
    assert ran.code == 2
    assert "is not readable text" in ran.line


def test_options_before_the_command_count_as_well(person: Person) -> None:
    assert person.run("--json", "models").json["kind"] == "models"
    assert "没有命令" in person.run("--lang", "zh", "paint").err
    assert "没有命令" in person.run("--lang=zh", "paint").err


def test_a_key_typed_where_it_does_not_belong_is_not_repeated(person: Person) -> None:
    for words in (
        ("setup", "sk-typed-by-mistake"),
        ("setup", "--key", "sk-typed-by-mistake"),
        ("setup", "--api-key=sk-typed-by-mistake"),
        ("setup", "omnimaas", "sk-typed-by-mistake"),
        ("make", "a mug", "--api-key", "sk-typed-by-mistake"),
    ):
        ran = person.run(*words)
        assert ran.code == 2
        assert "A key does not belong on the command line" in ran.err
        assert "mistake" not in ran.err
        assert "mistake" not in person.run(*words, "--json").out


def test_a_place_where_nothing_can_be_written_is_found_before_anything_is_bought(person: Person) -> None:
    quote = person.quote()
    (person.folder / "taken.png").write_bytes(b"mine")
    ran = person.run("run", quote, "--approve", quote, "-o", "taken.png")
    assert ran.code == 2
    assert "--overwrite" in ran.line
    ran = person.run("run", quote, "--approve", quote, "-o", "taken.png/below.png")
    assert ran.code == 2
    assert (person.folder / "taken.png").read_bytes() == b"mine"
    assert person.bills() == []


def test_a_gateway_to_add_without_a_name_says_that_the_name_is_missing(person: Person) -> None:
    ran = person.run("gateways", "add", "--lang", "en")
    assert ran.code == 2
    assert ran.line == "`limner gateways add` still needs NAME. See `limner gateways add --help`."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("make",), "prompt is empty"),
        (("make", "a cup", "-n", "0"), "0 pictures"),
        (("quote", "a cup", "--use", "nonsense"), "nonsense"),
        (("quote", "a cup", "--attempts", "9"), "9"),
        (("quote", "a cup", "--ref", "nowhere.png"), "nowhere.png"),
    ],
)
def test_what_is_wrong_with_the_line_is_said_before_any_missing_key(
    person: Person, words: tuple[str, ...], sentence: str
) -> None:
    ran = person.run(*words, OMNIMAAS_API_KEY=None, OMNIMAAS_BASE_URL=None)
    assert ran.code == 2, ran
    assert "API_KEY" not in ran.err
    assert sentence in ran.err


def test_fields_without_json_are_a_mistake_and_not_nothing(person: Person) -> None:
    ran = person.run("quote", "a cup", "--fields", "model")
    assert (ran.code, ran.out) == (2, "")
    assert "--json" in ran.line


def test_a_refused_setting_is_called_as_it_was_typed(person: Person) -> None:
    typed = person.run("quote", "a cup", "-m", "gemini-3-pro-image-preview", "--format", "webp")
    assert typed.code == 2
    assert " format" in typed.err
    assert "output_format" not in typed.err
    extra = person.run("quote", "a cup", "-m", "gemini-3-pro-image-preview", "-x", "output_format=webp")
    assert "output_format" in extra.err


def test_the_details_of_a_mistake_are_json_and_not_the_print_of_a_program(person: Person) -> None:
    choice = person.run("quote", "a mug", "--wish", "pretty", "--json").json["error"]["details"]
    assert choice["allowed"] == ["cheapest", "best", "artistic", "fast"]
    number = person.run("quote", "a mug", "--seed", "x", "--json").json["error"]["details"]
    assert number["low"] is None


def test_a_gateway_without_a_balance_keeps_no_other_from_being_asked(person: Person) -> None:
    all_of_them = person.run("gateways", "--balance")
    assert all_of_them.code == 0
    assert "OmniMaaS does not tell" in all_of_them.out
    alone = person.run("gateways", "omnimaas", "--balance", "--json")
    assert alone.code == 6
    assert alone.json["error"]["retryable"] is False


def test_an_empty_list_of_jobs_says_whether_anything_was_left_out(person: Person) -> None:
    assert person.run("jobs").err == "There are no jobs yet.\n"
    assert person.run("jobs", "--state", "failed").err == "There are no such jobs.\n"
