"""Two languages in one site: a menu of its own for each, and from each page the way to its twin."""

import logging
from typing import Any

from mkdocs.structure.nav import Navigation

LANGUAGES = {"en": "English", "zh": "中文"}
DESCRIPTION = {"zh": "AI 按委托作画：先报价，你点头，再出图。"}


def language(page: Any) -> str:
    return "zh" if page.file.src_uri.startswith("zh/") else "en"


def on_nav(nav: Any, **_: Any) -> Any:
    """Leafing through one language never ends up in the other."""
    # What cuts Chinese words apart for the search tells how it loads, on standard error.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    for page in nav.pages:
        if page.next_page and language(page.next_page) != language(page):
            page.next_page.previous_page = page.next_page = None
    return nav


def on_page_context(context: dict[str, Any], page: Any, config: Any, nav: Any, **_: Any) -> dict[str, Any]:
    here = language(page)
    pages = [one for one in nav.pages if language(one) == here]
    items = next(one.children for one in nav.items if one.title == LANGUAGES[here])
    config.theme["language"] = here
    config.extra["homepage"] = pages[0].url or "./"
    config.extra["alternate"] = [
        {"name": name, "lang": code, "link": _there(page, code) or "./"} for code, name in LANGUAGES.items()
    ]
    if here in DESCRIPTION:
        page.meta.setdefault("description", DESCRIPTION[here])
    context["nav"] = Navigation(items, pages)
    context["nav"].homepage = pages[0]
    return context


def _there(page: Any, code: str) -> str:
    bare = str(page.url).removeprefix("zh/")
    return f"zh/{bare}" if code == "zh" else bare
