"""The pieces that the sections of the report are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.publish.markup import Content, Markup, element, escape, join

# A title or value in a list; the whole stands in the file that the section names.
LONGEST_SHOWN = 300
# A language tag goes into an attribute; what is longer is none.
LONGEST_TAG = 35


def section(name: str, title: str, *contents: Content) -> Markup:
    """Return a section that the navigation can point to."""
    return element(
        "section",
        element("h2", title, id=f"{name}-heading"),
        *contents,
        id=name,
        aria_labelledby=f"{name}-heading",
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Content]]) -> Markup:
    """Return a table whose first column names its rows; it scrolls where it is too wide."""
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell) for cell in row[1:]),
        )
        for row in rows
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", head),
            element("tbody", *body),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def badge(text: str, kind: str) -> Markup:
    """Return a short mark: `good`, `warn`, `bad` or `info`; its words say it without colour too."""
    return element("span", text, class_=f"badge {kind}")


def count(number: int) -> Markup:
    """Return a number for a table's cell; zero is shown faint."""
    return element("span", f"{number:,}", class_="number" if number else "number zero")


def words(text: str, language: str = "", longest: int = LONGEST_SHOWN) -> Markup:
    """Return text of a record: cut, in its own direction, with its language stated."""
    shown = text if len(text) <= longest else f"{text[:longest]}…"
    tag = language if len(language) <= LONGEST_TAG else ""
    return element("bdi", shown, lang=tag)


def external(text: str, address: str) -> Markup:
    """Return a link where the address is one of the web, else the text."""
    if address.startswith(("https://", "http://")):
        return element("a", text, href=address, rel="noreferrer")
    return escape(text)


def plural(number: int, noun: str) -> str:
    """Return `1 record`, `2 records`.

    >>> plural(1000, "record")
    '1,000 records'
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def cut_list(items: Sequence[Markup], total: int, most: int, file: str) -> Markup:
    """Return the first `most` items as a list, and where the others are."""
    shown = items[:most]
    parts = [element("ul", *(element("li", item) for item in shown), class_="plain")]
    if total > len(shown):
        rest = f"The first {len(shown):,} of {total:,}; all of them are in "
        parts.append(element("p", rest, element("a", file, href=file), ".", class_="note"))
    return join(parts)
