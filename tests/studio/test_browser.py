"""The studio in a real browser: made, agreed to, watched, found and closed, by hand and by keyboard."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from buyer import Buyer

from .hanging import hang
from .visitor import Studio, opened

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium: apt-get install chromium")
_PATIENCE_MS = 20_000
BAD = {"error", "warning"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}
Looker = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield one
        one.close()


@pytest.fixture(scope="module")
def wall(buyer: Buyer) -> None:
    """A thousand pictures, and one question that is open."""
    hang(buyer, 1_000)
    buyer.make("a storm [[524]]", model="gpt-image-2", attempts=1)


@pytest.fixture
def look(browser: Browser, studio: Studio) -> Looker:
    """A window; when it closes, nothing may have gone wrong in it, or been fetched from anywhere else."""

    @contextmanager
    def looking(language: str = "en-GB", scheme: Any = "light", width: int = 1280) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": 860}, color_scheme=scheme, locale=language
        )
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda told: wrong.append(told.text) if told.type in BAD else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda one: None if _is_ours(one.url, studio) else wrong.append(one.url))
        page.goto(studio.link)
        yield page
        context.close()
        assert wrong == []

    return looking


def _is_ours(url: str, studio: Studio) -> bool:
    return url.startswith((studio.url + "/", f"blob:{studio.url}/"))


def _fits(page: Page) -> bool:
    """Nothing reaches beyond the window, and the whole menu is seen, on one line."""
    return bool(
        page.evaluate(
            """() => {
                const menu = document.querySelector(".top nav"), links = [...menu.children];
                const tops = new Set(links.map((link) => Math.round(link.getBoundingClientRect().top)));
                return document.documentElement.scrollWidth <= window.innerWidth
                    && menu.scrollWidth <= menu.clientWidth && tops.size === 1;
            }"""
        )
    )


def _serious(page: Page) -> list[str]:
    """What a person who sees, hears or moves otherwise would stumble over."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_a_thousand_pictures_are_scrolled_searched_and_walked_by_keyboard(look: Looker, wall: None) -> None:
    with look() as page:
        tiles = page.locator("[data-tile]")
        expect(tiles).to_have_count(48)
        expect(tiles.first.locator("img")).to_be_visible()
        for shown in (96, 144, 192):
            page.locator(".more").scroll_into_view_if_needed()
            expect(tiles).to_have_count(shown)
        page.keyboard.press("/")
        page.keyboard.type("number 42")
        page.keyboard.press("Enter")
        expect(tiles).to_have_count(10)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator(".story h1")).to_contain_text("number 42")
        # The page listens to keys from the moment it is loaded, which is after its words are seen.
        page.wait_for_load_state("load")
        first = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda url: url != first)
        page.keyboard.press("k")
        page.wait_for_url(first)
        page.keyboard.press("Escape")
        expect(page.locator("#q")).to_have_value("number 42")
        page.locator("h1").evaluate("heading => heading.ownerDocument.activeElement.blur()")
        page.keyboard.press("?")
        expect(page.locator("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_be_hidden()


def test_on_a_phone_in_the_dark_in_chinese_a_picture_is_made_from_a_dropped_one(
    look: Looker, wall: None, buyer: Buyer, tmp_path: Path
) -> None:
    reference = next(buyer.folder.glob("hung-1-*.png"))
    before = len(buyer.bills())
    with look("zh-CN", "dark", 390) as page:
        page.get_by_role("link", name="画一张").first.click()
        page.locator("#prompt").fill("一只红色的茶壶，1536x1024")
        expect(page.locator("#understood")).to_contain_text("1536x1024")
        page.locator("input[type=file]").set_input_files(reference)
        expect(page.locator("[data-chosen] img")).to_have_count(1)
        page.locator("summary").click()
        page.locator("select[name=model]").select_option("omnimaas|gpt-image-2")
        assert _fits(page)
        page.get_by_role("button", name="要花多少钱").click()
        expect(page.locator(".card h1")).to_have_text("可以买下这张吗？")
        expect(page.locator(".references img")).to_be_visible()
        assert _fits(page)
        assert len(buyer.bills()) == before
        page.get_by_role("button", name="同意，最多花").click()
        expect(page.locator(".hanging img")).to_be_visible()
        assert (
            page.locator(".hanging img").evaluate("image => image.decode().then(() => image.naturalWidth)")
            > 100
        )
        assert _fits(page)
    assert len(buyer.bills()) == before + 1


def test_progress_is_seen_while_a_picture_is_made(look: Looker, wall: None, buyer: Buyer) -> None:
    quote = buyer.client.quote("a slow harbour [[slow]]", model="gpt-image-2")
    with look() as page:
        page.goto(page.url.rstrip("/") + f"/approve/{quote.id}")
        page.get_by_role("button", name="Yes, spend at most").click()
        expect(page.locator("#live progress")).to_be_visible()
        page.goto(page.url.partition("/job/")[0] + "/")
        expect(page.locator(".working progress")).to_be_visible()
        page.locator("[data-tile]", has_text="a slow harbour").click()
        expect(page.locator(".hanging img")).to_be_visible()


def test_a_picture_made_elsewhere_is_hung_in_every_window_without_a_reload(
    look: Looker, wall: None, buyer: Buyer
) -> None:
    with look() as page, look("zh-CN") as other:
        for window in (page, other):
            window.locator("[data-tile]").first.focus()
        buyer.make("a heron at noon", model="gpt-image-2")
        for window in (page, other):
            expect(window.locator("[data-tile]").first).to_contain_text("a heron at noon")
            expect(window.locator("#news")).to_contain_text("a heron at noon")
            expect(window.locator("[data-tile]:focus")).not_to_contain_text("a heron at noon")
            expect(window.locator(".day")).to_have_count(1)
            expect(window.locator("[data-tile]")).to_have_count(49)


def test_where_the_stream_is_cut_the_page_asks_instead(
    browser: Browser, studio: Studio, buyer: Buyer, wall: None
) -> None:
    context = browser.new_context()
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.route(lambda url: "/live/" in url and "once" not in url, lambda route: route.abort())
    page.goto(studio.link)
    expect(page.locator("[data-tile]")).to_have_count(48)
    buyer.make("a heron at dusk", model="gpt-image-2")
    expect(page.locator("[data-tile]").first).to_contain_text("a heron at dusk")
    context.close()


def test_a_window_that_nobody_sees_follows_nothing_and_catches_up(
    look: Looker, wall: None, buyer: Buyer
) -> None:
    def seen(is_seen: bool) -> str:
        as_told = f"{{value: {'false' if is_seen else 'true'}, configurable: true}}"
        change = "document.dispatchEvent(new Event('visibilitychange'))"
        return f"() => {{ Object.defineProperty(document, 'hidden', {as_told}); {change} }}"

    with look() as page, look() as other:
        page.evaluate(seen(False))
        buyer.make("a heron at night", model="gpt-image-2")
        expect(other.locator("[data-tile]").first).to_contain_text("a heron at night")
        expect(page.locator("[data-tile]").first).not_to_contain_text("a heron at night")
        page.evaluate(seen(True))
        expect(page.locator("[data-tile]").first).to_contain_text("a heron at night")


def test_a_window_whose_studio_was_closed_says_so(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    with opened(tmp_path) as brief:
        page.goto(brief.link)
        expect(page.locator("#away")).to_be_hidden()
    expect(page.locator("#away")).to_contain_text("工作室没有回应", timeout=_PATIENCE_MS)
    context.close()


def test_a_question_is_closed_by_hand(look: Looker, wall: None, buyer: Buyer) -> None:
    with look() as page:
        page.get_by_role("link", name="Questions").click()
        expect(page.locator(".evidence").first).to_contain_text("524")
        page.get_by_role("button", name="No", exact=True).first.click()
        expect(page.locator(".notice")).to_contain_text("not charged")
    assert [job for job in buyer.client.jobs("unknown") if job.uncertain.micro] == []


def test_a_link_in_somebody_elses_page_leads_to_the_quote_and_says_no_yes(
    browser: Browser, studio: Studio, buyer: Buyer, wall: None
) -> None:
    quote = buyer.client.quote("a linked lantern", model="gpt-image-2")
    elsewhere = buyer.url.replace("127.0.0.1", "localhost") + "/_sandbox/health"
    context = browser.new_context()
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    page.goto(studio.link)
    page.goto(elsewhere)
    page.evaluate(f"location.href = '{studio.url}/approve/{quote.id}'")
    expect(page.locator(".card .prompt")).to_contain_text("a linked lantern")
    page.goto(elsewhere)
    page.evaluate(
        f"""() => {{ document.body.innerHTML = '<form method=post action="{studio.url}/approve/{quote.id}">'
        + '<input name=answer value=make></form>'; document.querySelector('form').submit(); }}"""
    )
    page.wait_for_url(f"{studio.url}/**")
    expect(page.locator("body")).to_contain_text("did not come from a page of the studio")
    context.close()
    assert buyer.client.ledger.approval(quote.id) is None


PAGES = (
    "/",
    "/?q=nothing-like-it",
    "/approve/{declined}",
    "/make",
    "/approve/{quote}",
    "/job/{job}",
    "/questions",
    "/spending",
    "/spending?by=model",
    "/setup",
)


def every_page(look: Looker, buyer: Buyer, check: Callable[[Page], list[str]], **window: Any) -> list[str]:
    """What is to be said against any page, all of it unfolded."""
    quote = buyer.client.quote("a kingfisher over a stream", model="gpt-image-2").id
    declined = buyer.client.decline(buyer.client.quote("never", model="gpt-image-2").id).id
    job = buyer.client.jobs("done", 1)[0].id
    found = []
    with look(**window) as page:
        root = page.url.rstrip("/")
        for path in PAGES:
            page.goto(root + path.format(quote=quote, job=job, declined=declined))
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found += [f"{path}: {one}" for one in check(page) + ([] if _fits(page) else ["does not fit"])]
    return found


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en-GB", "light", 1280), ("zh-CN", "dark", 360)], ids=["desk", "phone"]
)
def test_every_page_serves_everybody(
    language: str, scheme: str, width: int, look: Looker, wall: None, buyer: Buyer
) -> None:
    window = {"language": language, "scheme": scheme, "width": width}
    assert every_page(look, buyer, _serious, **window) == []


def test_every_page_fits_a_small_phone_in_the_longer_language(look: Looker, wall: None, buyer: Buyer) -> None:
    assert every_page(look, buyer, lambda _: [], width=360) == []
