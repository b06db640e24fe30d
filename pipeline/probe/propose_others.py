"""What is proposed for feeds, WordPress, sitemaps, RDF, MARC and OAI-PMH, which need little."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

from pipeline.errors import CataloomError
from pipeline.extract.payloads import shown
from pipeline.probe.proposal import Proposal
from pipeline.probe.sample import Sample, text_of
from pipeline.probe.toml_text import Line

MOST_LISTED = 15
LOCAL = r"<(?:[\w.-]+:)?"
SAVED_ANSWER = "answer.xml"


def propose_feed(sample: Sample) -> Proposal:
    """Return the proposal for a feed."""
    site = _feed_site(sample.text) or (sample.location if sample.is_live else "")
    proposal = Proposal(
        kind="feed", location=sample.location, title=_feed_title(sample.text), site=site
    )
    found = re.search(rf"{LOCAL}language>\s*([\w-]+)\s*<", sample.text[:20_000])
    stated = re.search(r"<feed\b[^>]*xml:lang=[\"']([\w-]+)", sample.text[:5_000])
    proposal.language = next((one.group(1) for one in (found, stated) if one), "")
    if sample.is_live:
        proposal.notes.append(
            "A feed shows its newest entries only; older ones stay published. If the site has a "
            "listing of everything, probe its address too."
        )
    return proposal


def _feed_title(text: str) -> str:
    head = re.split(r"<(?:item|entry)\b", text[:200_000], maxsplit=1)[0]
    found = re.search(rf"{LOCAL}title\b[^>]*>(.*?)</", head, re.DOTALL) or re.match(
        r'\s*\{[^{}\[\]]*"title"\s*:\s*"([^"\\]*)"', text
    )
    if not found:
        return ""
    from html import unescape

    bare = re.sub(r"<!\[CDATA\[|\]\]>|<[^<>]*>", "", found.group(1))
    return shown(unescape(bare), 120)


def _feed_site(text: str) -> str:
    head = re.split(r"<(?:item|entry)\b", text[:200_000], maxsplit=1)[0]
    found = re.search(r"<link>\s*(https?://[^\s<]+)\s*</link>", head) or re.search(
        r"<link\b(?=[^>]*rel=[\"']alternate)[^>]*href=[\"'](https?://[^\"'\s]+)", head
    )
    return found.group(1) if found and "{" not in found.group(1) else ""


def propose_wordpress(sample: Sample) -> Proposal:
    """Return the proposal for a WordPress interface, or an export of one."""
    site = _root_of(sample.location) if sample.is_live else ""
    title = _feed_title(sample.text) if sample.text.startswith("<") else ""
    return Proposal(kind="wordpress", location=sample.location, site=site, title=title)


def _root_of(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(
        (parts.scheme, parts.netloc, parts.path.partition("/wp-json")[0] or "/", "", "")
    )


def propose_rdf(sample: Sample) -> Proposal:
    """Return the proposal for an RDF document."""
    return Proposal(
        kind="rdf", location=sample.location, site=sample.location if sample.is_live else ""
    )


def propose_marc(sample: Sample) -> Proposal:
    """Return the proposal for MARC records."""
    return Proposal(kind="marc", location=sample.location)


def propose_sitemap(sample: Sample) -> Proposal:
    """Return the proposal for a sitemap, or for pages that hold metadata."""
    location = sample.location
    found = re.search(r"^\s*sitemap\s*:\s*(\S+)", sample.text[:100_000], re.I | re.M)
    if found and not sample.text.lstrip().startswith("<"):
        location = urljoin(sample.address, found.group(1)) if sample.is_live else sample.location
    proposal = Proposal(kind="sitemap", location=location,
                        site=_root_of(location) if sample.is_live else "")  # fmt: skip
    proposal.trial["sitemap"] = [Line("most", 10)]
    if include := _include(sample.text):
        proposal.tables["sitemap"] = [
            Line("include", (include,), "Only these pages are read; the sitemap has others too.",
                 off=True)
        ]  # fmt: skip
    return proposal


def _include(text: str) -> str:
    """Return a glob for the commonest kind of page in a sitemap."""
    from collections import Counter

    addresses = re.findall(r"<loc>\s*(https?://[^<\s]+)\s*</loc>", text[:2_000_000])
    folders = Counter(
        match.group(1) for url in addresses if (match := re.match(r"(https?://[^/]+/[^/]+/)", url))
    )
    if not folders:
        return ""
    folder, count = folders.most_common(1)[0]
    return f"{folder}*" if 1 < count < len(addresses) else ""


def propose_oai(sample: Sample, work: Path) -> Proposal | None:
    """Return the proposal for an OAI-PMH provider or saved answers; None where it is neither.

    The first records are read from one page of the list, which is kept below `work`: a harvest
    reads the whole list before it gives any.
    """
    if not sample.is_live:
        return Proposal(kind="oai-pmh", location=sample.location)
    base = base_of(sample.location)
    asked = dict(parse_qsl(urlsplit(sample.location).query))
    identity = _ask(sample, base, verb="Identify")
    if "<" not in identity or not re.search(rf"{LOCAL}Identify\b", identity):
        return None
    formats = re.findall(
        rf"{LOCAL}metadataPrefix>\s*([^<\s]+)\s*<", _ask(sample, base, verb="ListMetadataFormats")
    )
    prefix = asked.get("metadataPrefix") or (
        "oai_dc" if "oai_dc" in formats or not formats else formats[0]
    )
    arguments = {"verb": "ListRecords", "metadataPrefix": prefix}
    if asked.get("set"):
        arguments["set"] = asked["set"]
    answer = _payload(sample, base, **arguments)
    target = work / "input" / SAVED_ANSWER
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(answer)
    name = re.search(rf"{LOCAL}repositoryName>\s*([^<]+?)\s*<", identity)
    proposal = Proposal(
        kind="oai-pmh", location=base, title=shown(name.group(1), 120) if name else "", site=base
    )
    others = [one for one in dict.fromkeys(formats) if one != prefix][:MOST_LISTED]
    comment = (
        f"The format that is asked for; the provider has also {', '.join(others)}."
        if others
        else ""
    )
    lines = [Line("prefix", prefix, comment)]
    if asked.get("set"):
        lines.append(Line("sets", (asked["set"],)))
    elif sets := _sets(sample, base):
        lines.append(
            Line("sets", tuple(sets), "Parts of the collection, where not all is wanted.", off=True)
        )
    proposal.tables["oai"] = lines
    return proposal


def base_of(address: str) -> str:
    """Return the base URL of a provider from the address of any request to it."""
    parts = urlsplit(address)
    arguments = {"verb", "metadataprefix", "set", "from", "until", "resumptiontoken", "identifier"}
    kept = [
        pair
        for pair in parts.query.split("&")
        if pair and pair.partition("=")[0].lower() not in arguments
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))


def _sets(sample: Sample, base: str) -> list[str]:
    try:
        answer = _ask(sample, base, verb="ListSets")
    except CataloomError:
        return []
    found = re.findall(rf"{LOCAL}setSpec>\s*([^<\s]+)\s*<", answer)
    return list(dict.fromkeys(found))[:MOST_LISTED]


def _ask(sample: Sample, base: str, **arguments: str) -> str:
    payload = sample.access.web.get(_request(base, **arguments), accept="text/xml, */*;q=0.5")
    return text_of(payload.data, payload)


def _payload(sample: Sample, base: str, **arguments: str) -> bytes:
    return sample.access.web.get(_request(base, **arguments), accept="text/xml, */*;q=0.5").data


def _request(base: str, **arguments: str) -> str:
    from urllib.parse import urlencode

    return f"{base}{'&' if '?' in base else '?'}{urlencode(arguments)}"
