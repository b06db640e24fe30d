"""Which kinds of source a payload may be, the likeliest first, by its content."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipeline.errors import SourceError
from pipeline.probe.propose_sparql import is_endpoint
from pipeline.probe.sample import Sample

HEAD = 200_000
"""Characters that are looked at."""

PROLOG = re.compile(
    r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.I
)
ROOT = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)([^>]*)>", re.DOTALL)
MARC_LEADER = re.compile(rb"\d{5}[acdnposx ][a-z ][a-z ]..22\d{5}...45\d0", re.DOTALL)
TURTLE = re.compile(r"^\s*(?:@prefix|@base|PREFIX|BASE)\s+[\w-]*:?\s*<", re.MULTILINE)
TRIPLE = re.compile(
    r"^\s*(?:<[^<>\s]+>|_:\w+)\s+<[^<>\s]+>\s+(?:<[^<>\s]+>|_:\w+|\"[^\n]*)\s*\.\s*$", re.M
)
OTHER_TEXTS = {
    r"\A\s*@\w+\s*\{[^\n]*,": "BibTeX: export it as CSV or HTML from the program it is of",
    r"\A\s*TY  - ": "RIS: export it as CSV or HTML from the program it is of",
    r"\A(?:.*\n){0,60}?\s*[-*+] \[[^\]\n]+\]\(\S+\).*\n(?:.*\n){0,3}?\s*[-*+] \[[^\]\n]+\]\(": (
        "Markdown: probe the web page that it is shown as, or that page saved as HTML"
    ),
}
OAI_PATH = re.compile(r"oai|[?&]verb=", re.IGNORECASE)
ROBOTS = re.compile(r"^\s*(?:user-agent|disallow|sitemap)\s*:", re.IGNORECASE | re.MULTILINE)
FEED_ROOTS = {"rss", "feed", "channel"}
HTML_ROOTS = {"html", "head", "body", "div", "table", "ul", "ol", "dl", "main", "section",
              "article", "p", "h1", "h2", "h3", "h4", "meta", "title", "link", "a", "span",
              "center", "font",
              "nav", "header", "form", "script", "style"}  # fmt: skip
SITEMAP_ROOTS = {"urlset", "sitemapindex"}
RDF_NS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1_NS = (
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/0.9",
)
MARC_NS = "http://www.loc.gov/MARC21/slim"
WORDPRESS_NS = "http://wordpress.org/export/"
TABLE_ENDINGS = {".csv", ".tsv", ".tab", ".xlsx", ".xls", ".xlsm", ".ods"}
TABLE_TYPES = ("text/csv", "text/tab-separated-values")
NOT_LISTINGS = {
    b"%PDF-": "a PDF: no kind of source reads one. Look for the page or catalogue that links to it",
    b"\x89PNG": "a picture", b"GIF8": "a picture", b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a rich text (RTF) document: save it as HTML or as plain text",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it, and probe what is in it",
    b"From: <Saved by": "a web archive (MHTML): save the page as HTML only",
    b"bplist": "a web archive of Safari: save the page as its source",
}  # fmt: skip


def kinds_of(sample: Sample) -> list[str]:
    """Return the kinds that `sample` may be, the likeliest first.

    Raises `SourceError` where it is something that no kind of source reads.
    """
    data = sample.data
    for start, what in NOT_LISTINGS.items():
        if data.startswith(start):
            raise _no_listing(sample, f"is {what}")
    if data.startswith(b"PK\x03\x04"):
        return [_in_archive(sample)]
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return ["table"]
    if MARC_LEADER.match(data.lstrip(b"\r\n \x00\xef\xbb\xbf")[:24]) or (
        b"\x1e" in data[:5000] and b"\x1d" in data
    ):
        return ["marc"]
    if not data and sample.is_live:
        return ["sparql", "oai-pmh"] if is_endpoint(sample.location) else ["oai-pmh"]
    if not sample.text:
        raise _no_listing(sample, "is not text, nor a table or MARC file")
    kinds = [*_of_text(sample)]
    if sample.is_live and is_endpoint(sample.location):
        kinds.insert(0, "sparql")
    if sample.is_live and OAI_PATH.search(sample.location):
        kinds.insert(0, "oai-pmh")
    elif sample.is_live and kinds[0] == "html-listing":
        kinds.append("oai-pmh")  # an interface may show a page of its own to those who ask nothing
    return list(dict.fromkeys(kinds))


def _of_text(sample: Sample) -> Iterator[str]:
    text = sample.text.lstrip("\ufeff \t\r\n")
    ending = PurePosixPath(sample.location.partition("?")[0]).suffix.lower()
    if ending in TABLE_ENDINGS or sample.payload.media_type.startswith(TABLE_TYPES):
        yield "table"
    if text.startswith(("{", "[")):
        yield from _of_json(text, sample)
    if text.startswith("<") and not TRIPLE.search(text[:HEAD]):
        yield from _of_markup(text)
        return
    for pattern, what in OTHER_TEXTS.items():
        if re.search(pattern, text[:HEAD], re.MULTILINE):
            raise _no_listing(sample, f"is {what}")
    if ROBOTS.match(text) and re.search(r"^\s*sitemap\s*:", text, re.I | re.M):
        yield "sitemap"
    if (
        TURTLE.search(text[:HEAD])
        or TRIPLE.search(text[:HEAD])
        or ending in {".ttl", ".nt", ".n3", ".trig", ".nq"}
    ):
        yield "rdf"
    if re.search(r"<(?:html|body|table|div|ul|h[1-3])\b", text[:HEAD], re.I):
        yield "html-listing"
    if looks_tabular(text):
        yield "table"
    yield "text-listing"
    yield "table"


def _of_json(text: str, sample: Sample) -> Iterator[str]:
    document = parsed_json(text)
    first = document[0] if isinstance(document, list) and document else document
    if isinstance(document, dict) and str(document.get("version", "")).startswith(
        "https://jsonfeed.org"
    ):
        yield "feed"
    if "/wp-json/" in sample.address or (
        isinstance(first, dict) and isinstance(first.get("title"), dict)
        and "rendered" in first["title"]
    ):  # fmt: skip
        yield "wordpress"
    if isinstance(first, dict) and {"@context", "@graph"} & first.keys():
        yield "rdf"
    yield "json"
    if isinstance(first, dict) and {"@id", "@type"} & first.keys():
        yield "rdf"


def parsed_json(text: str) -> object:
    """Return the JSON document in `text`; of JSON Lines a list of objects; None if neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    found = []
    for line in text.splitlines():
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                return None
    return found or None


def _of_markup(text: str) -> Iterator[str]:
    head = text[:HEAD]
    start = PROLOG.match(head)
    found = ROOT.match(head, start.end() if start else 0)
    doctype = re.search(r"<!doctype\s+html", head[:2000], re.I)
    if found is None:
        yield "html-listing"
        return
    name, attributes = found.group(2), found.group(3)
    lowered = name.lower()
    if doctype or (lowered in HTML_ROOTS and lowered not in {"channel"}):
        if lowered == "html" and RDF_NS in attributes and "<rdf:RDF" in head:
            yield "rdf"
        yield "html-listing"
        yield "sitemap"
        return
    known = list(_of_root(name, attributes, head))
    yield from known
    if not known:
        yield "html-listing"  # entries of any XML can be told by selectors too


def _of_root(name: str, attributes: str, head: str) -> Iterator[str]:
    """Yield the kinds of an XML document by its root element."""
    lowered = name.lower()
    if lowered in FEED_ROOTS:
        if WORDPRESS_NS in head:
            yield "wordpress"
        yield "feed"
    elif name == "OAI-PMH" or "<ListRecords" in head:
        yield "oai-pmh"
    elif lowered in SITEMAP_ROOTS:
        yield "sitemap"
    elif name == "RDF" or RDF_NS in attributes:
        if any(namespace in head for namespace in RSS1_NS):
            yield "feed"
        yield "rdf"
    elif MARC_NS in head or (
        lowered in {"collection", "record"} and "<leader" in head.replace(":", "")
    ):
        yield "marc"


def looks_tabular(text: str) -> bool:
    """Say whether most lines of a text have as many separators as the others."""
    lines = [line for line in text[:HEAD].splitlines()[:200] if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004
        return False
    for separator in ("\t", ";", "|", ","):
        counts = [line.count(separator) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual and counts.count(usual) >= 0.6 * len(lines):
            return True
    return False


def _in_archive(sample: Sample) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(sample.data)) as archive:
            names = archive.namelist()[:10_000]
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _no_listing(sample, "is a damaged ZIP archive") from error
    if "xl/workbook.xml" in names or "content.xml" in names or "xl/workbook.bin" in names:
        return "table"
    if "word/document.xml" in names:
        raise _no_listing(sample, "is a Word document: save it as a web page (HTML), or as text")
    raise _no_listing(sample, "is an archive: unpack it, and probe what is in it")


def _no_listing(sample: Sample, what: str) -> SourceError:
    return SourceError(
        what, where=sample.payload.name,
        expected="a listing: a web page, feed, table, JSON, RDF, MARC, OAI-PMH, sitemap or text",
        next_step="probe another address or file of the source",
    )  # fmt: skip
