"""
Makes the pictures of the studio: a studio with play money, looked at with a chromium.

    uv run --all-extras python docs/screenshots.py
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from limner import Client, Output

TARGET = Path(__file__).parent / "images"
PROMPTS = (
    "a lighthouse at dusk, oil on canvas",
    "a red mug on oak, morning light",
    "a fox in the snow, woodcut",
    "秋天的银杏大道，水彩",
    "isometric city block at night",
    "a bowl of ramen, top view",
    "mountain hut under stars",
    "botanical drawing of a fern",
    "portrait of an old sailor, charcoal",
    "a blue door in a white wall",
)
SETTINGS = """\
[gateways.studio-pc]
provider = "openai_compatible"
base_url = "http://127.0.0.1:8080/v1"

[budget.CNY]
per_picture = "2"
per_day = "30"

[budget.gateways.omnimaas]
ask_above = "0.50"
"""
_USUAL_HOME = "document.querySelector('#limits ~ p code')?.replaceChildren('~/.local/share/limner')"
RATIOS = ("1:1", "16:9", "3:4", "4:3", "9:16")


def filled(home: str) -> str:
    """A home with pictures in it; a quote that waits."""
    with Client(home=home, sandbox=True) as client:
        for number, prompt in enumerate(PROMPTS):
            wishes = {"model": "gemini-3-pro-image-preview", "aspect_ratio": RATIOS[number % len(RATIOS)]}
            client.make(prompt, yes=lambda _: True, output=Output(folder=f"{home}/pictures"), **wishes)
        lost = client.quote("a paper boat on a pond [[lost-after-charge]]", model="gpt-image-2")
        client.approve(lost.id)
        client.run(lost.id, Output(folder=f"{home}/pictures"))
        mug = client.jobs("done", len(PROMPTS))[-2].pictures[0].path
        return client.quote("the same mug on a beach, late sun", model="gpt-image-2", references=(mug,)).id


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    home = tempfile.mkdtemp(prefix="limner-screenshots-")
    quote = filled(home)
    (Path(home) / "config.toml").write_text(SETTINGS, "utf-8")
    command = [sys.executable, "-m", "limner.studio", "--no-open", "--port", "0", "--home", home]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as studio:
        try:
            assert studio.stderr is not None
            studio.stderr.readline()
            link = re.search(r"http\S+", studio.stderr.readline())
            assert link is not None
            _shoot(link[0], quote)
        finally:
            studio.send_signal(signal.SIGINT)
    record = json.loads((Path(home) / "sandbox" / "server" / "server.json").read_bytes())
    os.kill(record["pid"], signal.SIGTERM)
    shutil.rmtree(home, ignore_errors=True)


def _shoot(link: str, quote: str) -> None:
    wall, approve, questions = "/sandbox/", f"/sandbox/approve/{quote}", "/sandbox/questions"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path, locale, scheme in (
            ("studio-wall", wall, "en-GB", "light"),
            ("studio-wall-dark", wall, "en-GB", "dark"),
            ("studio-quote", approve, "en-GB", "light"),
            ("studio-questions", questions, "en-GB", "light"),
            ("studio-wall-zh", wall, "zh-CN", "light"),
            ("studio-quote-zh", approve, "zh-CN", "light"),
            ("studio-questions-zh", questions, "zh-CN", "light"),
            ("studio-setup", "/setup", "en-GB", "light"),
            ("studio-setup-zh", "/setup", "zh-CN", "light"),
        ):
            viewport = {"width": 1180, "height": 1100 if path == wall else 600}
            context = browser.new_context(viewport=viewport, locale=locale, color_scheme=scheme)
            page = context.new_page()
            page.goto(link)
            page.goto(link.partition("/enter")[0] + path)
            page.wait_for_timeout(1_500)
            page.evaluate(_USUAL_HOME)
            shot = Image.open(BytesIO(page.screenshot(full_page=path != wall)))
            shot.save(TARGET / f"{name}.webp", quality=80, method=6)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
