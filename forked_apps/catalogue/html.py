"""HTML that people typed, made harmless."""

import re
from html import unescape
from typing import Final

import nh3

#: What begins a tag, in a text that is to have none.
MARKUP: Final = re.compile(r"<[a-zA-Z/!?]")
TAGS: Final = {
    *(
        "a",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "hr",
        "i",
        "img",
        "li",
        "ol",
    ),
    *("p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


def sanitised(html: str) -> str:
    """The HTML without scripts, styles, handlers, forms, frames and dangerous links. Idempotent."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )


def plain_text(html: str, *, limit: int = 160) -> str:
    """The words of the HTML on one line, cut at a word. It is a text: who puts it into HTML escapes it."""
    words = unescape(nh3.clean(html.replace("<", " <"), tags=set())).split()
    text = ""
    for word in words:
        if len(text) + len(word) + 1 > limit:
            return f"{text}…"
        text = f"{text} {word}".strip()
    return text
