"""JSON-LD in the scripts of a page -> a graph, as tolerantly as search engines read it.

Nothing is fetched: a context that mentions schema.org, or none at all, means schema.org's names;
what a page defines itself is taken from there (JSON-LD 1.1, §3 and §4).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.excerpts import looks_like_html
from pipeline.extract.json_text import read_json
from pipeline.extract.properties import PREFIXES, RDF, SCHEMA, canonical
from pipeline.extract.rdf_graph import TYPE, Graph, Term

if TYPE_CHECKING:
    from pipeline.extract.embedded_page import HtmlPage

MEDIA_TYPE = "application/ld+json"
SCHEMA_CONTEXTS = ("schema.org", "codemeta", "bioschemas")
"""Words in the addresses of contexts whose names are those of schema.org."""

MOST_NODES = 20_000
DEEPEST = 40
CONTEXT, GRAPH, ID, KIND = "@context", "@graph", "@id", "@type"
VALUE, LANGUAGE, LIST, SET = "@value", "@language", "@list", "@set"
TAG = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
MARKUP = frozenset({SCHEMA + "description", SCHEMA + "abstract"})
"""Properties whose texts are often HTML."""

WRAPPING = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)")
WRAPPING_END = re.compile(r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*$")
SKIPPED = re.compile(
    r"""("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)""", re.DOTALL
)
"""Texts, which stay, and comments of JavaScript and HTML, which JSON does not have.

What is not closed goes to the end: else each beginning would be tried anew.
"""

COMMA = re.compile(r"""("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*[}\]])""", re.DOTALL)


class Names(msgspec.Struct, frozen=True):
    """What names mean where a node stands: a namespace, prefixes, terms, and a language."""

    vocabulary: str = SCHEMA
    prefixes: dict[str, str] = msgspec.field(default_factory=lambda: PREFIXES)
    terms: dict[str, str] = {}
    language: str = ""


def scripts(page: HtmlPage) -> tuple[list[object], list[str]]:
    """Return what the JSON-LD scripts of a page say, lists taken apart, and what is broken."""
    found: list[object] = []
    problems: list[str] = []
    for script in page.root.iter("script"):
        media_type = (script.get("type") or "").partition(";")[0].strip().lower()
        text = script.text or ""
        if media_type != MEDIA_TYPE or not text.strip():
            continue
        try:
            value = _read(text)
        except SourceError as error:
            problems.append(f"its JSON-LD {error.what}")
            continue
        found += value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict) and one], problems


def graph_of(values: list[object], base: str) -> Graph:
    """Return the graph that nodes state; `base` is what their identifiers are relative to."""
    walk = _Walk(base)
    for document in values:
        walk.documents += 1
        walk.node(document, Names(), 0)
    return walk.graph


def _read(text: str) -> object:
    try:
        return read_json(text, "").value
    except SourceError as first:
        unwrapped = WRAPPING_END.sub("", WRAPPING.sub("", text.strip(), count=1), count=1)
        for candidate in (text, unwrapped, html.unescape(text)):
            kept = SKIPPED.sub(lambda match: match.group(1) or " ", candidate)
            kept = COMMA.sub(lambda match: match.group(1) or " ", kept).strip().rstrip(";")
            try:
                return read_json(kept, "").value
            except SourceError:
                continue
        raise first


class _Walk:
    """Goes through the nodes of a page's documents and adds what they state to one graph."""

    def __init__(self, base: str) -> None:
        self.graph = Graph()
        self.base = base
        self.documents = 0
        self.numbers = count(1)
        self.nodes = 0

    def node(self, value: object, names: Names, depth: int) -> str:
        """Add a node and return what it is called; empty where it is none, or too much."""
        self.nodes += 1
        if not isinstance(value, dict) or depth > DEEPEST or self.nodes > MOST_NODES:
            return ""
        names = within(value[CONTEXT], names) if CONTEXT in value else names
        given = {_keyword(name, names): one for name, one in value.items()}
        subject = self._identifier(given.get(ID))
        about = [name for name in given if not name.startswith("@")]
        if about or KIND in given:
            self.graph.statements.setdefault(subject, {})
        for kind in _listed(given.get(KIND)):
            if isinstance(kind, str) and (iri := expand(kind, names)):
                self.graph.add(subject, TYPE, Term(iri, is_node=True))
        for name in about:
            if prop := expand(name, names):
                for one in _listed(given[name]):
                    for term in self._terms(one, prop, names, depth):
                        self.graph.add(subject, prop, term)
        for one in _listed(given.get(GRAPH)):
            self.node(one, names, depth + 1)
        return subject

    def _terms(self, value: object, prop: str, names: Names, depth: int) -> Iterator[Term]:
        if isinstance(value, dict):
            if VALUE in value:
                language = value.get(LANGUAGE, names.language)
                if (text := _text(value[VALUE])) is not None:
                    yield _literal(text, prop, language if isinstance(language, str) else "")
            elif value and all(isinstance(key, str) and TAG.fullmatch(key) for key in value):
                for key, one in value.items():
                    for text in map(_text, _listed(one)):
                        if text is not None:
                            yield _literal(text, prop, key)
            elif subject := self.node(value, names, depth + 1):
                yield Term(subject, is_node=True)
        elif (text := _text(value)) is not None:
            yield _literal(text, prop, names.language)

    def _identifier(self, given: object) -> str:
        if not isinstance(given, str) or not given.strip():
            return f"_:{next(self.numbers)}"
        name = given.strip()
        if name.startswith("_:"):
            return f"_:{self.documents}-{name[2:]}"
        try:
            return urljoin(self.base, name)
        except ValueError:
            return name


def within(context: object, names: Names) -> Names:
    """Return what names mean inside a node with this `@context`."""
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, str):
            known = any(word in part.lower() for word in SCHEMA_CONTEXTS)
            names = msgspec.structs.replace(names, vocabulary=SCHEMA if known else "")
        elif isinstance(part, dict):
            names = _defined(part, names)
    return names


def expand(name: str, names: Names) -> str:
    """Return the IRI that a name stands for, in its canonical spelling; empty where it has none."""
    if name in names.terms:
        return names.terms[name]
    prefix, colon, rest = name.partition(":")
    if colon and not rest.startswith("//") and prefix in names.prefixes:
        return canonical(names.prefixes[prefix] + rest)
    if colon:
        return canonical(name) if rest else ""
    return canonical(names.vocabulary + name) if names.vocabulary and name else ""


def _defined(context: dict[str, object], names: Names) -> Names:
    vocabulary, language = context.get("@vocab", names.vocabulary), context.get(LANGUAGE, "")
    prefixes, terms = dict(names.prefixes), dict(names.terms)
    given = {
        name: one.get(ID) if isinstance(one, dict) else one
        for name, one in context.items()
        if not name.startswith("@")
    }
    for name, one in given.items():
        if isinstance(one, str) and one.endswith(("/", "#", ":")):
            prefixes[name] = one
    names = Names(
        canonical(vocabulary) if isinstance(vocabulary, str) else "",
        prefixes,
        terms,
        language if isinstance(language, str) and language else names.language,
    )
    for name, one in given.items():
        if isinstance(one, str) and name not in prefixes:
            terms[name] = one if one.startswith("@") else expand(one, names)
    return names


def _keyword(name: str, names: Names) -> str:
    meant = names.terms.get(name, "")
    return meant if meant.startswith("@") else name


def _listed(value: object) -> list[object]:
    """Return the members of a list, of `@list` and `@set`, or the one value."""
    if isinstance(value, dict) and (LIST in value or SET in value):
        value = value.get(LIST, value.get(SET))
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None


def _literal(text: str, prop: str, language: str) -> Term:
    is_markup = prop in MARKUP and looks_like_html(text)
    return Term(text, language=language, datatype=RDF + "HTML" if is_markup else "")
