"""The links of an entry of a feed: its page, its files, its licence; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from pipeline.extract.members import object_of, objects_of, text_in
from pipeline.extract.source_record import Given

HTML_TYPES = ("text/html", "application/xhtml+xml")
FEED_TYPES = re.compile(r"application/(?:atom|rss|rdf|feed)\+(?:xml|json)|application/(?:xml|json)")
WEB = re.compile(r"https?://", re.IGNORECASE)


def entry_links(
    values: Mapping[str, object], base: str, version: str
) -> Iterator[tuple[str, Given]]:
    """Yield what the links of an entry are, by their relation (RFC 4287 §4.2.7, RFC 4946)."""
    pages = 0
    for link in objects_of(values.get("links")):
        relation, media = text_in(link, "rel"), text_in(link, "type")
        address = resolved(base, text_in(link, "href"))
        if not address:
            continue
        if relation == "alternate" and media in ("", *HTML_TYPES):
            pages += 1
            yield "page", Given(address)
            yield "language", Given(text_in(link, "hreflang"))
        elif relation == "enclosure" or (
            relation == "alternate" and not FEED_TYPES.fullmatch(media)
        ):
            yield "file", Given(address)
        elif relation == "license":
            yield "licence", Given(address)
        elif relation == "related":
            yield "relation", Given(address)
    permalink = text_in(values, "link") or (text_in(values, "id") if version == "rss10" else "")
    if not pages and not version.startswith("atom") and WEB.match(permalink):
        yield "page", Given(permalink)
    for media_content in objects_of(values.get("media_content")):
        media = text_in(media_content, "medium") or text_in(media_content, "type").partition("/")[0]
        address = resolved(base, text_in(media_content, "url"))
        yield "image" if media == "image" else "file", Given(address)
    for content in objects_of(values.get("content")):  # RFC 4287 §4.1.3.2
        if source := text_in(content, "src"):
            name = "page" if content.get("type") in HTML_TYPES else "file"
            yield name, Given(resolved(base, source))
    yield "licence", Given(text_in(object_of(values.get("media_license")), "href"))


def resolved(base: str, link: str) -> str:
    """Return `link` resolved on the address `base`, or as it is where that cannot be done."""
    try:
        return urljoin(base, link.strip()) if base and link.strip() else link.strip()
    except ValueError:  # such as http://[ : clean reports what is no address
        return link.strip()
