"""docs/mapping.md, written from the context and an example record, so that it is never wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pipeline.map.compile import Mapping, compile_mapping
from pipeline.map.context import Context
from pipeline.map.document import (
    AGENT,
    NODES,
    RECORD,
    RESOURCE,
    RESOURCE_CLASSES,
    SUGGESTION,
    Field,
    other_fields,
)
from pipeline.map.plan import DATATYPES
from pipeline.map.scope import Scope
from pipeline.map.term import Term
from pipeline.model import Agent, Date, Locator, Record, Suggestion, Text

BASE: Final = "https://example.org/"
EXAMPLE_SCOPE: Final = Scope(
    base=BASE,
    dataset=BASE + "dataset",
    metadata_licence="https://creativecommons.org/publicdomain/zero/1.0/",
    modified={1: "2026-01-31T12:00:00Z"},
    language_iris={"es": "http://publications.europa.eu/resource/authority/language/SPA"},
    homepages={"demo": "https://example.net/guides"},
    collections={"demo": "https://example.net/collection"},
)
EXAMPLE: Final = Record(
    id="demo-abcdefghij",
    source="demo",
    key="cobrar con respeto",
    locator=Locator("0" * 64, "page-1.html", "entry 1"),
    title=(Text("Cobrar con respeto", "es"),),
    description=(Text("Cómo acordar los pagos con la clientela.", "es"),),
    types=(BASE + "type/tool",),
    classes=("http://purl.org/dc/dcmitype/Text",),
    languages=("es",),
    issued=Date("2008-05", "gYearMonth", "2008"),
    creators=(Agent("Ana Ejemplo"),),
    publishers=(Agent("Editorial Ejemplo"),),
    subjects=(BASE + "subject/collections",),
    suggestions=(Suggestion(BASE + "subject/client-protection", Text("clientela", "es")),),
    identifiers=("ISBN 978-0-306-40615-7",),
    pages=("https://example.net/guides/7",),
    files=("https://example.net/guides/7.pdf",),
    licences=("https://creativecommons.org/licenses/by/4.0/",),
    rights=(Text("Se permite citar.", "es"),),
    release=1,
)
_TRIPLE: Final = re.compile(r"<([^>]*)> <([^>]*)> (.*) \.")
_IRI: Final = re.compile(r"<([^>]*)>")

HEADING: Final = """# The mapping

Written by `pipeline.map.mapping_docs` from [`ontology/context.jsonld`](../ontology/context.jsonld);
`make golden` writes it again. Do not edit it: edit the context.

A record, written as JSON with that context, is the published RDF. The context is compiled once to
writers for N-Triples, Turtle, JSON-LD and RDF/XML. All four hold the same graph, without blank
nodes. Change a term's IRI, datatype or language container in the context, or add a term for a field
that a source declares, and the output changes; no code does.
"""

RULES: Final = """## What a context may say

The file holds one object, `@context`, with (JSON-LD 1.1):

- `"@version": 1.1`, and `"id": "@id"`, `"type": "@type"` (both required);
- prefixes: `"dcterms": "http://purl.org/dc/terms/"` (the IRI ends in one of `: / ? # [ ] @`);
- classes, whose names begin with a capital, and fields, whose names do not: `"name": "foaf:name"`;
- `null` for a field that shall not be published;
- an object with `@id` or `@reverse`, and, of these, at most one of the first three:
  - `@type`: a datatype (every value gets it), `@id` (values are IRIs) or `@vocab` (IRIs or names of
    this context);
  - `@language`: a tag that every value gets;
  - `@container`: `@language` (each text keeps its own language), `@set` (always a JSON array), or
    both. Without `@language` here, texts are published as plain strings.

Everything else is refused with a message, not ignored: `@vocab`, `@base` and `@language` for the
whole context, nested, imported, remote or protected contexts, `@list`, `@graph`, `@index`,
`@json`, `@direction`, `@prefix`, `@nest`. The IRIs of terms must end in a name that begins with a
letter or `_`, since they name elements in RDF/XML. Fields that hold nodes (`creator`, `publisher`,
`suggestion`, `record`) take `@id`, `@reverse` and `@set` alone; `issued` takes a datatype, and
without one is typed by precision. `record` is required. A field or class that the context lacks is
not published.

What cannot be published is left out or replaced, and an issue of the record says so: values that
are no IRIs (RFC 3987, without blanks) where the context wants IRIs are left out, and so are those
that begin with a name of this context and a colon, which JSON-LD would read as shortened; a text
whose language tag is malformed is published without one; lone surrogates become U+FFFD; characters
that XML forbids become U+FFFD in RDF/XML alone.
"""


def mapping_page(context_file: Path) -> str:
    """Return docs/mapping.md (Markdown) for the context in `context_file`.

    Raises `SettingsError` as `compile_mapping` does.
    """
    mapping = compile_mapping(context_file, EXAMPLE_SCOPE)
    resource = f"{BASE}resource/{EXAMPLE.id}"
    parts = [HEADING]
    for title, table, subject, classes in (
        ("The resource", RESOURCE, resource, RESOURCE_CLASSES),
        ("The record", RECORD, f"{BASE}record/{EXAMPLE.id}", ("Document",)),
        ("Agents", AGENT, f"{resource}#creator-1", ("Agent",)),
        ("Suggested subjects", SUGGESTION, f"{resource}#suggestion-1", ("SubjectSuggestion",)),
    ):
        parts.append(_section(mapping, title, table, subject, classes))
    parts += [_others(mapping.context), RULES, _example(mapping)]
    return "\n".join(parts)


def _section(
    mapping: Mapping, title: str, table: tuple[Field, ...], subject: str, classes: tuple[str, ...]
) -> str:
    """Return the chapter of one kind of node."""
    context = mapping.context
    known = [context.terms[name].iri for name in classes if name in context.terms]
    named = ", ".join(f"`{context.shorten(iri)}`" for iri in known) or "none"
    lines = [
        f"## {title}",
        "",
        f"`<{subject}>`, classes: {named}.",
        "",
        "| field | what it holds | occurs | term | values | example |",
        "|---|---|---|---|---|---|",
    ]
    for field in table:
        term = context.terms.get(field.name)
        cells = [f"`{field.name}`", field.meaning, field.cardinality]
        if term is None:
            cells += ["not published", "", ""]
        else:
            arrow = "reverse of " if term.reverse else ""
            cells += [
                f"{arrow}[`{context.shorten(term.iri)}`]({term.iri})",
                _values(context, field, term),
                _example_of(mapping, term, subject),
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _others(context: Context) -> str:
    """Return the chapter of the fields that only the context and the sources know."""
    lines = [
        f"- `{field.name}`: `{context.shorten(term.iri)}`, {_values(context, field, term)}"
        for field, term in other_fields(context)
    ] or ["None yet: a field of a source that has no term here is not published."]
    return "\n".join(["## Fields of sources", "", *lines, ""])


def _values(context: Context, field: Field, term: Term) -> str:
    """Return what the values of a field are in RDF."""
    if field.kind in NODES:
        return "a node"
    if term.is_reference:
        return "IRI"
    if field.kind == "date" and not term.coercion:
        return ", ".join(f"`{context.shorten(iri)}`" for iri in DATATYPES.values())
    if term.by_language:
        return "text with its language, else `xsd:string`"
    if term.language:
        return f"text in `{term.language}`"
    return f"`{context.shorten(term.datatype)}`" if term.datatype else "`xsd:string`"


def _example_of(mapping: Mapping, term: Term, subject: str) -> str:
    """Return the predicate and object of the example's triple for a term, in Turtle."""
    for line in mapping.ntriples(EXAMPLE).decode().splitlines():
        match = _TRIPLE.fullmatch(line)
        if match is None or match[2] != term.iri:
            continue
        node = match[3].strip("<>") if term.reverse else match[1]
        if node == subject:
            triple = f"<{match[2]}> {match[3]}"
            if term.reverse:
                triple = f"<{match[1]}> {triple}"
            return f"`{_IRI.sub(lambda iri: _short(mapping.context, iri[1]), triple)}`"
    return ""


def _short(context: Context, iri: str) -> str:
    short = context.shorten(iri)
    return f"<{iri}>" if short == iri else short


def _example(mapping: Mapping) -> str:
    """Return the example record in Turtle and JSON-LD."""
    turtle = mapping.turtle(EXAMPLE).decode().rstrip()
    document = mapping.jsonld(EXAMPLE).decode()
    return (
        f"## The example in whole\n\n```turtle\n{turtle}\n```\n\n"
        "The same as it stands in the `@graph` of the JSON-LD, one record a line:\n\n"
        f"```json\n{document}\n```\n"
    )
