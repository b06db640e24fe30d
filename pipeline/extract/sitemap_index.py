"""Sitemaps -> the addresses of a site's pages: https://www.sitemaps.org/protocol.html.

Sitemaps in XML, as text or gzipped, indexes of sitemaps, feeds, the `Sitemap:` lines of robots.txt,
or a site's root, from which its sitemaps are found.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.fetch import HttpError
from pipeline.extract.gzipped import gunzipped
from pipeline.extract.http_error import ComeBackError, TimeIsUpError
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.sitemap_choice import Choice
from pipeline.extract.unread import Notes
from pipeline.extract.xml_document import refuse_entities
from pipeline.model import Issue
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

ACCEPT = "application/xml, text/xml;q=0.9, text/plain;q=0.8, */*;q=0.1"
MOST_LEVELS = 3
"""Sitemaps in indexes in an index; the protocol has two levels, some sites three."""

MOST_SITEMAPS = 1_000
MOST_FAILED = 0.2
"""Share of the sitemaps that may fail: each is hundreds of pages that would seem gone."""

MOST_ADDRESSES = 50_000
"""Addresses of one sitemap (the protocol's limit)."""

USUAL_PLACES = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
ROBOTS = "/robots.txt"
ROBOTS_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
LOC = re.compile(
    r"<(?:[\w.-]+:)?loc\b[^<>]*>([^<>]*(?:<!\[CDATA\[[^<>]*\]\]>[^<>]*)?)<", re.IGNORECASE
)
ROOT = re.compile(
    r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^<>]*>)*+<(?:[\w.-]+:)?([\w-]+)",
    re.IGNORECASE | re.DOTALL,
)
STEP = 1 << 18
ENTRIES = frozenset({"url", "sitemap", "item", "entry"})
MOST_ELEMENTS = 20_000
"""Elements between the beginning or end of two entries."""

WEB = ("http://", "https://")
IN_TROUBLE = 500
"""From this status code on an answer says nothing of what there is."""

LONGEST_END = 200
"""Characters in which a sitemap that is whole ends the tag that it began with."""


class Sitemap(msgspec.Struct, frozen=True):
    """What one sitemap lists: addresses of pages, or of further sitemaps.

    `is_whole` says that none of them was left out.
    """

    addresses: tuple[str, ...]
    is_index: bool = False
    issues: tuple[Issue, ...] = ()
    is_whole: bool = True


class Listing(msgspec.Struct, frozen=True):
    """The addresses that are to be read, in order, and what was doubtful on the way."""

    addresses: tuple[str, ...]
    notes: Notes


def list_addresses(source: Source, access: Access, choice: Choice) -> Listing:
    """Return the pages of the site that `source.location` names and `choice` takes.

    Raises `SourceError` where there is no sitemap, or none that can be read.
    """
    notes = Notes()
    waiting = deque((address, 1) for address in _starts(source, access, choice, notes))
    seen: set[str] = set()
    found: dict[str, None] = {}
    failed: list[SourceError] = []
    while waiting and len(found) <= choice.most:
        address, level = waiting.popleft()
        if address in seen:
            continue
        if len(seen) == MOST_SITEMAPS:
            message = f"more than {MOST_SITEMAPS:,} sitemaps; the rest was left out"
            notes.lose(source_issue(source, message))
            break
        seen.add(address)
        try:
            payload = access.web.get(address, accept=ACCEPT)
            sitemap = read_sitemap(payload, source)
        except (ComeBackError, TimeIsUpError):
            raise
        except SourceError as error:
            failed.append(error)
            notes.lose(source_issue(source, f"a sitemap was left out: {error}"))
            continue
        notes += sitemap.issues
        if not sitemap.is_whole:
            notes.broken_off = notes.broken_off or sitemap.issues[-1].message
        if address == source.location.strip():
            choice.know(payload.url)  # where the site has moved
        if sitemap.is_index and level == MOST_LEVELS:
            message = f"{payload.name}: sitemaps nest more than {MOST_LEVELS} deep; not read"
            notes.lose(source_issue(source, message))
        elif sitemap.is_index:
            waiting.extend((one, level + 1) for one in choice.own(sitemap.addresses))
        else:
            found.update(dict.fromkeys(choice.taken(sitemap.addresses)))
    if failed and len(failed) > MOST_FAILED * len(seen):
        raise failed[0]
    addresses = tuple(found)[: choice.most]
    choice.tell(source, notes, more=len(found) > choice.most)
    return Listing(addresses, notes)


def read_sitemap(payload: Payload, source: Source) -> Sitemap:
    """Return what a sitemap in XML or text lists, absolute; raises `SourceError` for others."""
    data = gunzipped(payload.data, payload.name)
    decoded = decode(data, source, payload.name, markup=True, charset=payload.charset)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    issues = decoded.issues
    is_index, is_whole = False, True
    if text.startswith("<"):
        refuse_entities(text[:STEP], payload.name)
        root, addresses, fault = _in_xml(text)
        if root.lower() in {"html", ""} or (fault and not addresses):
            raise _no_sitemap(payload, text)
        is_index = root == "sitemapindex"
        if fault:
            message = f"{payload.name}: is not well-formed XML ({fault}); read by its tags"
            issues += (source_issue(source, message),)
            is_whole = text.rstrip().endswith(">") and f"{root}>" in text[-LONGEST_END:]
    elif (urlsplit(payload.url).path or payload.name).lower().endswith(ROBOTS):
        addresses, is_index = ROBOTS_LINE.findall(text), True
    else:
        addresses = [line.strip() for line in text.splitlines() if line.strip()]
        if not addresses or not addresses[0].startswith(WEB):
            raise _no_sitemap(payload, text)
    base = payload.url or payload.name
    absolute = list(dict.fromkeys(_absolute(base, one) for one in addresses))
    if len(absolute) > MOST_ADDRESSES:
        message = (
            f"{payload.name}: lists {len(absolute):,} addresses; expected at most "
            f"{MOST_ADDRESSES:,}, and the rest was left out"
        )
        issues += (source_issue(source, message),)
        is_whole = False
    return Sitemap(tuple(absolute[:MOST_ADDRESSES]), is_index, issues, is_whole)


def _starts(source: Source, access: Access, choice: Choice, notes: Notes) -> list[str]:
    """Return the addresses of the sitemaps to begin with: the location, or those of its site."""
    location = source.location.strip()
    parts = urlsplit(location)
    if parts.path not in {"", "/", ROBOTS} or parts.query:
        return [location]
    root = f"{parts.scheme}://{parts.netloc}"
    try:
        robots = access.web.get(root + ROBOTS, accept="text/plain, */*;q=0.1")
        choice.know(robots.url)
        if told := read_sitemap(robots, source).addresses:
            return list(told)
    except (ComeBackError, TimeIsUpError):
        raise
    except SourceError as error:  # no robots.txt, or none that can be read: the usual places
        _note_trouble(source, notes, error)
    for place in USUAL_PLACES:
        try:
            choice.know(access.web.get(root + place, accept=ACCEPT).url)
        except ComeBackError:
            raise
        except HttpError as error:
            _note_trouble(source, notes, error)
            continue
        return [root + place]
    raise SourceError(
        f"no sitemap is named in {ROBOTS} or found at {', '.join(USUAL_PLACES)}", where=root,
        expected="a site with a sitemap", next_step="ask the site's owner for its address, or read "
        "a listing of the site with kind = \"html-listing\"",
    )  # fmt: skip


def _note_trouble(source: Source, notes: Notes, error: SourceError) -> None:
    """Note that a server in trouble may have kept a sitemap to itself."""
    if isinstance(error, HttpError) and error.status >= IN_TROUBLE:
        notes.lose(source_issue(source, f"sitemaps may be missing: {error}"))


def _in_xml(text: str) -> tuple[str, list[str], str]:
    """Return the root's name, the addresses, and the fault that made us read by the tags alone."""
    from lxml import etree

    parser = etree.XMLPullParser(
        ("start", "end"), encoding="utf-8", resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    body = re.sub(r"^<\?xml[^>]{0,200}\?>", "", text, count=1).lstrip()
    addresses: list[str] = []
    first = ROOT.match(text)
    root = first.group(1) if first else ""
    others = 0
    try:
        for at in range(0, len(body) + STEP, STEP):
            if at < len(body):
                parser.feed(body[at : at + STEP].encode("utf-8", "replace"))
            else:
                parser.close()
            for event, found in parser.read_events():
                element = cast("_Element", found)  # no events of namespaces are asked for
                name = _name(element)
                others = 0 if name in ENTRIES else others + 1
                if others > MOST_ELEMENTS:
                    return root, addresses, f"has {others:,} elements beside its entries"
                if event == "end":
                    addresses += _addresses_in(element, name)
    except etree.XMLSyntaxError as error:
        bare = [html.unescape(_bare(one)) for one in LOC.findall(body)]
        return root, bare, shown(str(error), 60)
    return root, addresses, ""


def _addresses_in(element: _Element, name: str) -> Iterator[str]:
    """Return the address that a finished element gives; what is done with is let go."""
    if name in ENTRIES:
        element.clear()
        while element.getprevious() is not None and (parent := element.getparent()) is not None:
            del parent[0]
        return
    above = element.getparent()
    parent_name = "" if above is None else _name(above)
    text = (element.text or "").strip()
    if (name == "loc" and parent_name in {"url", "sitemap"}) or (
        name == "link" and parent_name == "item"
    ):
        if text:
            yield text
    elif (
        name == "link" and parent_name == "entry" and element.get("rel", "alternate") == "alternate"
    ):
        yield (element.get("href") or "").strip()


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _bare(text: str) -> str:
    return text.replace("<![CDATA[", "").replace("]]>", "").strip()


def _absolute(base: str, address: str) -> str:
    try:
        return urldefrag(urljoin(base, address)).url
    except ValueError:
        return address


def _no_sitemap(payload: Payload, text: str) -> SourceError:
    what = "is a page, not a sitemap" if re.match(r"<!doctype html|<html", text, re.I) else (
        f"is no sitemap; it begins {shown(text[:200])!r}"
    )  # fmt: skip
    return SourceError(
        what, where=payload.name,
        expected="a sitemap, an index of sitemaps, robots.txt, or the root of a site",
        next_step="correct 'location'; a single listing page is read by kind = \"html-listing\"",
    )  # fmt: skip
