"""Better doors than its page: what a page of HTML says of feeds, interfaces and embedded lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST = 6
FEED_TYPES = {
    "application/rss+xml": "an RSS feed", "application/atom+xml": "an Atom feed",
    "application/feed+json": "a JSON Feed", "application/json": "JSON",
    "application/ld+json": "JSON-LD", "text/turtle": "Turtle", "application/rdf+xml": "RDF/XML",
    "text/csv": "CSV",
}  # fmt: skip
SCRIPTED_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "main-app", "react-root", "gatsby"})
LEAST_TEXT = 400


def doors_of(root: _Element, address: str) -> list[str]:
    """Return a note for each door that a page names: what it is, and where."""
    notes: dict[str, str] = {}
    for link in root.iter("link"):
        href = _joined(address, link.get("href", ""))
        rel = link.get("rel", "").lower()
        kind = FEED_TYPES.get(link.get("type", "").lower().partition(";")[0].strip(), "")
        if "api.w.org" in rel:
            notes[href] = (
                f"The site is WordPress, whose interface gives whole records: probe {href}"
            )
        elif "alternate" in rel.split() and kind and "oembed" not in href:
            name = shown(link.get("title", ""), 60)
            notes[href] = f"The page names {kind}{f' ({name})' if name else ''}: probe {href}"
    for element in root.iter("a"):
        href = element.get("href", "")
        if "verb=" in href and "oai" in href.lower():
            url = _joined(address, href)
            notes[url] = f"The site has an OAI-PMH interface: probe {url.partition('?')[0]}"
    if count := _listed_items(root):
        notes["ld"] = (
            f'The page embeds a schema.org ItemList of {count} items, which kind = "sitemap" reads.'
        )
    return list(notes.values())[:MOST]


def _listed_items(root: _Element) -> int:
    """Return the length of the longest ItemList that a page embeds as JSON-LD."""
    longest = 0
    for script in root.iter("script"):
        if "ld+json" not in script.get("type", ""):
            continue
        try:
            document = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        parts = document if isinstance(document, list) else [document]
        for part in parts:
            items = part.get("itemListElement") if isinstance(part, dict) else None
            longest = max(longest, len(items) if isinstance(items, list) else 0)
    return longest


def _joined(address: str, href: str) -> str:
    try:
        return shown(urljoin(address, href.strip()), 300)
    except ValueError:
        return shown(href, 300)


def is_scripted(root: _Element, letters: int) -> bool:
    """Say whether a page is built by scripts: little text, but scripts or a place for it."""
    if letters > LEAST_TEXT:
        return False
    scripts = sum(1 for _ in root.iter("script"))
    names = {element.get("id", "") for element in root.iter("div")}
    return scripts > 0 and (bool(names & SCRIPTED_ROOTS) or scripts >= 3)  # noqa: PLR2004


def asks_for_login(root: _Element) -> bool:
    """Say whether a page asks for a password."""
    return any(field.get("type", "").lower() == "password" for field in root.iter("input"))
