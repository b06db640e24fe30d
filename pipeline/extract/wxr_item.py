"""One item of a WordPress export (WXR) -> the form in which the REST API gives items; pure."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from pipeline.extract.entry_trees import local_name
from pipeline.extract.wordpress_item import Item

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = re.compile(r"http://wordpress\.org/export/[\d.]+/")
TAXONOMIES = {"tag": "post_tag"}  # as WXR 1.0 calls it
LANGUAGE_TAXONOMY = "language"  # Polylang's
NO_DATE = "0000-00-00"
BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n\s*")
PARAGRAPH = re.compile(r"<(?:p|div)\b", re.IGNORECASE)


class Export(NamedTuple):
    """What an export says for all its items.

    `authors` are display names by login (folded), `media` addresses of attachments by number,
    `attached` the numbers of those that belong to a post, by its number.
    """

    authors: Mapping[str, str]
    media: dict[str, str]
    attached: dict[str, list[str]]


def wxr_item(element: _Element, export: Export) -> dict[str, object]:
    """Return an item of an export in the form that the REST API gives items."""
    values: dict[str, str] = {}
    meta: dict[str, object] = {}
    terms: list[Item] = []
    for child in element:
        name = _name(child)
        if name == "wp:postmeta":
            _add_meta(child, meta)
        elif name == "category":
            terms.append(_term(child))
        elif name not in values:
            values[name] = _text(child)
    language = next((t["slug"] for t in terms if t["taxonomy"] == LANGUAGE_TAXONOMY), "")
    author = values.get("dc:creator", "")
    dates = (values.get("wp:post_date", ""), values.get("pubDate", ""))
    return {
        "id": values.get("wp:post_id", ""),
        "type": values.get("wp:post_type", ""),
        "status": values.get("wp:status", ""),
        "slug": values.get("wp:post_name", ""),
        "parent": values.get("wp:post_parent", ""),
        "link": values.get("link", ""),
        "guid": {"rendered": values.get("guid", "")},
        "date": next((date for date in dates if date and not date.startswith(NO_DATE)), ""),
        "title": {"rendered": values.get("title", "")},
        "content": {
            "rendered": _paragraphs(values.get("content:encoded", "")),
            "protected": bool(values.get("wp:post_password")),
        },
        "excerpt": {"rendered": _paragraphs(values.get("excerpt:encoded", ""))},
        "source_url": values.get("wp:attachment_url", ""),
        "lang": language,
        "meta": meta,
        "_embedded": {
            "author": [{"name": export.authors.get(author.casefold(), author)}],
            "wp:term": [_known_once(terms)],
            "wp:featuredmedia": _media(values.get("wp:post_id", ""), meta, export),
        },
    }


def _media(number: str, meta: Mapping[str, object], export: Export) -> list[Item]:
    """Return the picture of a post, and the files that belong to it; not the pictures in its text.

    An export says nothing of their media types but what their names do.
    """
    featured = str(meta.get("_thumbnail_id", ""))
    media: list[Item] = []
    for one in dict.fromkeys((featured, *export.attached.get(number, ()))):
        address = export.media.get(one, "")
        kind = mimetypes.guess_type(urlsplit(address).path)[0] or ""
        if address and (one == featured or not kind.startswith("image/")):
            media.append({"source_url": address, "mime_type": kind})
    return media


def _known_once(terms: list[Item]) -> list[Item]:
    """Return `terms` without those that WXR 1.0 repeats without their taxonomy."""
    named = {term["name"] for term in terms if term["taxonomy"]}
    return [
        {**term, "taxonomy": term["taxonomy"] or "category"}
        for term in terms
        if term["taxonomy"] or term["name"] not in named
    ]


def _term(element: _Element) -> Item:
    domain = str(element.get("domain") or "")
    return {
        "taxonomy": TAXONOMIES.get(domain, domain),
        "name": _text(element),
        "slug": str(element.get("nicename") or ""),
    }


def _add_meta(element: _Element, meta: dict[str, object]) -> None:
    parts = {local_name(child): _text(child) for child in element}
    name, value = parts.get("meta_key", "").strip(), parts.get("meta_value", "")
    if not name:
        return
    known = meta.get(name)
    if known is None:
        meta[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        meta[name] = [known, value]


def _name(element: _Element) -> str:
    """Return the name of a child of an item by WordPress' usual prefixes."""
    namespace, _, name = str(element.tag).rpartition("}")
    namespace = namespace.lstrip("{")
    if not namespace:
        return name
    if namespace.endswith("/excerpt/"):
        return f"excerpt:{name}"
    if NAMESPACE.fullmatch(namespace):
        return f"wp:{name}"
    return f"{'content' if 'content' in namespace else 'dc'}:{name}"


def _paragraphs(text: str) -> str:
    """Return a text as WordPress shows it: blank lines part its paragraphs, unless tags do."""
    return text if PARAGRAPH.search(text) else BLANK_LINE.sub("\n<p>", text)


def _text(element: _Element) -> str:
    return "".join(map(str, element.itertext())).strip()
