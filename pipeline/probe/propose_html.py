"""A page of HTML -> what is proposed for it: its entries, fields, further pages, better doors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pipeline.clean.licences import is_licence, read_licence
from pipeline.extract.html_pages import parse_html
from pipeline.extract.payloads import shown
from pipeline.probe.doors import asks_for_login, doors_of, is_scripted
from pipeline.probe.html_structure import Listing, find_listing
from pipeline.probe.page_index import PageIndex
from pipeline.probe.proposal import Proposal, field_lines
from pipeline.probe.sample import Sample
from pipeline.probe.toml_text import Line
from pipeline.probe.turning import Turning, find_next, find_total, find_turning
from pipeline.settings import iri_problem

if TYPE_CHECKING:
    from lxml.etree import _Element

SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+?)\s*-->")
LONGEST_TITLE = 120
DOUBTFUL, HOPELESS = 1.2, 0.4
"""Scores below which what is repeated may be no listing, and is none."""


def propose_html(sample: Sample, known_types: frozenset[str]) -> Proposal | None:
    """Return the proposal for a page, or None where it shows no listing."""
    root = parse_html(sample.text, sample.payload.name)
    index = PageIndex(root)
    listing = find_listing(index, known_types)
    if listing is None or _is_none(listing, root, index):
        return None
    site = site_of(root, sample)
    proposal = Proposal(
        kind="html-listing", location=sample.location, title=title_of(root, index), site=site,
        language=root.get("lang", "") or root.get("xml:lang", ""), licence=licence_of(root, site),
    )  # fmt: skip
    if listing.score < DOUBTFUL:
        proposal.notes.append(
            "What is repeated on this page is not much like a listing: look at the records."
        )
    proposal.notes += doors_of(root, site or sample.address)
    turning = _turning(index, listing, sample, proposal)
    proposal.tables["html"] = list(_html_lines(listing, index, turning))
    proposal.tables["html.fields"] = field_lines(
        {name: (one.field, _why(one.presence, one.why)) for name, one in listing.fields.items()}
    )
    return proposal


def _is_none(listing: Listing, root: _Element, index: PageIndex) -> bool:
    """Say whether what is repeated on a page is rather a form, a menu, or two parts of the page."""
    if listing.score >= DOUBTFUL:
        return False
    bare = is_scripted(root, index.letters.get(index.body, 0)) or asks_for_login(root)
    return bare or len(listing.elements) < 3 or listing.score < HOPELESS  # noqa: PLR2004


def _html_lines(listing: Listing, index: PageIndex, turning: Turning) -> Iterator[Line]:
    count = len(listing.elements)
    told = f"more than {count}" if index.is_cut else str(count)
    yield Line("entry", listing.entry, f"The element around one entry: {told} on this page.")
    if turning.next:
        yield Line("next", turning.next, "The link to the next page.")
    if total := find_total(index, count):
        yield Line("total", total, "The text that says how many entries the listing has.")


def _turning(index: PageIndex, listing: Listing, sample: Sample, proposal: Proposal) -> Turning:
    if not sample.is_live:
        if find_next(index, listing.elements):
            proposal.notes.append(
                "The page links to further pages: save them beside this one and name all of them "
                "by a glob in 'location', or probe the address of the listing."
            )
        return Turning()
    turning = find_turning(index, sample.location, listing.elements)
    if turning.paging:
        proposal.paging = list(turning.paging)
        proposal.location = turning.location or proposal.location
    return turning


def _why(presence: float, why: str) -> str:
    share = f"In {presence:.0%} of the entries" if presence < 0.995 else "In every entry"  # noqa: PLR2004
    return f"{share}; {why}." if why else f"{share}."


def site_of(root: _Element, sample: Sample) -> str:
    """Return the web address of a page: where it was read, or what it says of itself."""
    if sample.is_live:
        return sample.location
    stated = [
        link.get("href", "")
        for link in root.iter("link")
        if link.get("rel", "").lower() == "canonical"
    ]
    stated += [
        meta.get("content", "") for meta in root.iter("meta") if meta.get("property") == "og:url"
    ]
    if saved := SAVED_FROM.search(sample.text[:4000]):
        stated.append(saved.group(1))
    stated += [base.get("href", "") for base in root.iter("base")]
    return next((url.strip() for url in stated if not iri_problem(url.strip())), "")


def title_of(root: _Element, index: PageIndex) -> str:
    """Return what a page calls itself: its only h1, or its title."""
    headings = [text for element in root.iter("h1") if element in index.letters
                and (text := index.text(element))]  # fmt: skip
    titles = [" ".join((element.text or "").split()) for element in root.iter("title")]
    names = [*(headings if len(headings) == 1 else []), *titles[:1], *headings]
    return next((shown(name, LONGEST_TITLE) for name in names if name), "")


def licence_of(root: _Element, site: str) -> str:
    """Return the licence that a page states, where it states just one."""
    stated = [
        urljoin(site, element.get("href", "").strip()) if site else element.get("href", "").strip()
        for element in (*root.iter("a"), *root.iter("link"))
        if "license" in element.get("rel", "").lower().split()
        or "creativecommons.org/" in element.get("href", "")
    ]
    found = {iri for one in stated if (iri := read_licence(one)) and is_licence(iri)}
    return found.pop() if len(found) == 1 else ""
