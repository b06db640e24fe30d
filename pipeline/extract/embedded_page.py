"""A page of HTML, to look for metadata in: its tree, address, language, meta and link elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urldefrag, urlsplit

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.html_pages import joined
from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_PAGE = 5_000_000
"""Characters of a page that are looked at; metadata stands at the beginning, or in small pages."""

MOST_TAGS = 200_000
SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{1,6}\)(https?://[^\s>]{1,2000}) -->")
"""What browsers write into a page that is saved."""

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Meta(NamedTuple):
    """A meta or link element: its name (or property, rel), content (or href) and own language."""

    name: str
    content: str
    language: str = ""


class HtmlPage(msgspec.Struct, frozen=True):
    """One page.

    `address` is where it was read (empty: not known), `canonical` the address that it says it has,
    `base` what its links are relative to, `language` that of the whole page as it says.
    """

    root: HtmlElement
    address: str
    canonical: str
    base: str
    language: str
    metas: tuple[Meta, ...]
    links: tuple[Meta, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """Return the addresses under which the page speaks of itself, without fragments."""
        return frozenset(urldefrag(one).url for one in (self.address, self.canonical) if one)

    def content(self, *names: str) -> list[str]:
        """Return the contents of the meta tags of these names (in small letters)."""
        return [one.content for one in self.metas if one.name.lower() in names]


def read_page(text: str, name: str, address: str) -> tuple[HtmlPage, tuple[str, ...]]:
    """Return the page in `text` and what was wrong with it; raises `SourceError` for no HTML.

    `name` is the payload's; `address` empty for a saved page, which then may tell it itself.
    """
    problems = []
    if len(text) > LONGEST_PAGE or text.count("<") > MOST_TAGS:
        problems.append("is so large that only its beginning was looked at")
        text = _shortened(text)
    root = _parse(text, name)
    links = tuple(_links(root))
    metas = tuple(_metas(root))
    found = SAVED_FROM.search(text[:2000])
    told = next((one.content for one in metas if one.name.lower() == "og:url"), "")
    here = address or (found.group(1) if found else told if _is_web(told) else "")
    href = next((one.content for one in links if one.name.lower() == "canonical"), "")
    canonical = _canonical(href, here)
    base = joined(here or canonical, next(iter(root.xpath("//base/@href")), ""))
    page = HtmlPage(
        root=root,
        address=here,
        canonical=canonical,
        base=base if _is_web(base) else here or canonical,
        language=(root.get("lang") or root.get("xml:lang") or "").strip(),
        metas=metas,
        links=links,
    )
    return page, tuple(problems)


def _shortened(text: str) -> str:
    text = text[:LONGEST_PAGE]
    at = -1
    for _ in range(MOST_TAGS):
        at = text.find("<", at + 1)
        if at < 0:
            return text
    return text[:at]


def _parse(text: str, name: str) -> HtmlElement:
    from lxml import etree, html

    # The parser of extruct's own: it reads elements of lxml.html.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True)
    body = CONTROLS.sub(" ", text).encode("utf-8", "replace")
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(
            f"cannot be read as HTML: {shown(str(error))}", where=name, expected="a page of HTML",
            next_step="look at it in a browser",
        ) from error  # fmt: skip


def _metas(root: HtmlElement) -> Iterator[Meta]:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip()
        content = (meta.get("content") or "").strip()
        if name and content:
            yield Meta(name, content, (meta.get("lang") or meta.get("xml:lang") or "").strip())


def _links(root: HtmlElement) -> Iterator[Meta]:
    for link in root.iter("link", "a"):
        href = (link.get("href") or "").strip()
        for rel in (link.get("rel") or "").split()[:10]:
            if href and (link.tag == "link" or rel.lower() == "license"):
                yield Meta(rel, href)


def _canonical(href: str, address: str) -> str:
    """Return the canonical address, or empty: a whole site that calls its home canonical errs."""
    found = urldefrag(joined(address, href)).url if href else ""
    try:
        parts = urlsplit(found)
        is_home = parts.path in {"", "/"} and not parts.query
        here = urlsplit(address)
    except ValueError:
        return ""
    if not _is_web(found) or not parts.hostname:
        return ""
    if is_home and address and (here.path not in {"", "/"} or here.query):
        return ""
    return found


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))
