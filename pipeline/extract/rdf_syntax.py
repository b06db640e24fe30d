"""Which RDF syntax a document is in: by setting, by what it looks like, by media type, by name."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.payloads import Payload, shown
from pipeline.settings import Source, nearest

Syntax = Literal["turtle", "trig", "json-ld", "rdf-xml", "n-triples", "n-quads"]

NAMES: dict[Syntax, str] = {
    "turtle": "Turtle",
    "trig": "TriG",
    "json-ld": "JSON-LD",
    "rdf-xml": "RDF/XML",
    "n-triples": "N-Triples",
    "n-quads": "N-Quads",
}
SPELLINGS: dict[str, Syntax] = {
    "turtle": "turtle", "ttl": "turtle", "n3": "turtle", "text/turtle": "turtle",
    "application/x-turtle": "turtle", "text/n3": "turtle", "text/rdf+n3": "turtle",
    "trig": "trig", "application/trig": "trig", "application/x-trig": "trig",
    "json-ld": "json-ld", "jsonld": "json-ld", "json": "json-ld", "application/ld+json": "json-ld",
    "application/json": "json-ld", "rdf-xml": "rdf-xml", "rdf/xml": "rdf-xml", "rdfxml": "rdf-xml",
    "rdf": "rdf-xml", "xml": "rdf-xml", "owl": "rdf-xml", "application/rdf+xml": "rdf-xml",
    "application/xml": "rdf-xml", "text/xml": "rdf-xml", "n-triples": "n-triples",
    "ntriples": "n-triples", "nt": "n-triples", "application/n-triples": "n-triples",
    "n-quads": "n-quads", "nquads": "n-quads", "nq": "n-quads", "application/n-quads": "n-quads",
    "text/x-nquads": "n-quads",
}  # fmt: skip
"""What settings, media types and file extensions call a syntax."""

ACCEPT = (
    "text/turtle, application/n-triples, application/ld+json;q=0.9, application/rdf+xml;q=0.8, "
    "application/trig;q=0.7, application/n-quads;q=0.7, application/json;q=0.5, */*;q=0.1"
)
"""What is asked of a server: what is read best first."""

HEAD = 20_000  # characters at the start of a document that are looked at
FIRST_LINES = 20

COMMENTS = re.compile(r"(?:\s+|#[^\n]*(?:\n|$))*")
IRI_OR_NODE = r"(?:<[^<>\s]*>|_:\S+)"
LITERAL = r'"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^<[^<>\s]*>)?'
STATEMENT = re.compile(
    rf"\s*({IRI_OR_NODE}\s*<[^<>\s]*>\s*(?:{IRI_OR_NODE}|{LITERAL})\s*({IRI_OR_NODE}\s*)?\.\s*)?"
    r"(?:#.*)?"
)
HTML = re.compile(
    r"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
HTML_TITLE = re.compile(r"<title[^>]*>([^<]*)<", re.I)
TURTLE_START = re.compile(r"(?:@prefix|@base|prefix\b|base\b|\[|\()", re.I)


class Recognised(msgspec.Struct, frozen=True):
    """The syntax of a document; `by` says what told it."""

    syntax: Syntax
    by: str


def named_syntax(source: Source) -> Syntax | None:
    """Return the syntax that `rdf.format` names, or None; raises `SettingsError`."""
    given = source.rdf.format.strip().lower() if source.rdf else ""
    if given and given not in SPELLINGS:
        raise SettingsError(
            f"key 'rdf.format': {shown(given)!r}: unknown{nearest(given, list(SPELLINGS))}",
            where=source.file or source.name,
            expected=f"one of {', '.join(NAMES)}",
            next_step="correct it, or leave it out: most documents are recognised by themselves",
        )
    return SPELLINGS.get(given)


def recognise(payload: Payload, text: str, configured: Syntax | None = None) -> Recognised:
    """Return the syntax of `text`.

    The setting counts first, then what the text can only be, then the server's media type, the
    extension of the name, and what the text looks like. Raises `SourceError` for an HTML page and
    for what looks like no RDF.
    """
    if HTML.match(text[:HEAD]):
        raise _html(payload, text)
    if configured:
        return Recognised(configured, "key 'rdf.format'")
    certain = _certain(text)
    told = SPELLINGS.get(payload.media_type.lower()), SPELLINGS.get(_extension(payload))
    for syntax, by in zip(told, ("the server's media type", "its name"), strict=True):
        if syntax and _can_be(syntax, certain):
            return Recognised(syntax, by)
    if syntax := certain or _likely(text):
        return Recognised(syntax, "its content")
    begins = shown(text[:HEAD]) or "nothing"
    raise SourceError(
        f"is no RDF that is recognised; it begins {begins!r}", where=payload.name,
        expected=", ".join(NAMES.values()),
        next_step="check the address, or name the syntax as 'rdf.format'",
    )  # fmt: skip


def _certain(text: str) -> Syntax | None:
    """Return the syntax that `text` can only be by its first character, if it is not Turtle."""
    start = text[:HEAD].lstrip("\ufeff \t\r\n")
    if start.startswith(("<?xml", "<!DOCTYPE", "<!--", "<rdf:RDF", "<RDF")):
        return "rdf-xml"
    # TriG may start with a brace too, but not with a brace and a quotation mark.
    if re.match(r"\{\s*(?:\"|\})|\[\s*(?:\{|\"@)", start):
        return "json-ld"
    return None


def _can_be(syntax: Syntax, certain: Syntax | None) -> bool:
    return syntax == certain or (certain is None and syntax not in {"json-ld", "rdf-xml"})


def _likely(text: str) -> Syntax | None:
    head = text[:HEAD]
    lines = head.split("\n")
    lines = (lines[:-1] or lines)[:FIRST_LINES]  # the last one may not be whole
    found = [STATEMENT.fullmatch(line.rstrip("\r")) for line in lines]
    if all(found) and any(match and match.group(1) for match in found):
        quads = any(match and match.group(2) for match in found)
        return "n-quads" if quads else "n-triples"
    comments = COMMENTS.match(head)
    start = head[comments.end() if comments else 0 :].lstrip("\ufeff")
    if TURTLE_START.match(start) or re.match(rf"{IRI_OR_NODE}\s+\S+|[\w-]*:[\w-]*\s+\S+\s", start):
        return "trig"  # which Turtle is part of
    return None


def _extension(payload: Payload) -> str:
    name = payload.name.lower().partition("?")[0].partition("#")[0].removesuffix(".gz")
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2] if "." in last else ""


def _html(payload: Payload, text: str) -> SourceError:
    title = HTML_TITLE.search(text[:HEAD])
    titled = f"; its title is {shown(title.group(1).strip())!r}" if title else ""
    return SourceError(
        f"is an HTML page, no RDF{titled}", where=payload.name,
        expected=", ".join(NAMES.values()),
        next_step="give the address of the data; for data embedded in pages use the kind 'sitemap'",
    )  # fmt: skip
