"""JSON-LD contexts by address -> our own of the same meaning, from `contexts/`; none is fetched.

A context (JSON-LD 1.1 §3.1) that a document only names is put into it before it is parsed. What
`contexts/` holds are the facts that descriptions of resources need, in our words.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

FOLDER = Path(__file__).parent / "contexts"

SHIPPED = (
    (re.compile(r"schema\.org(/docs/jsonldcontext\.(json|jsonld))?"), "schema-org"),
    (re.compile(r"schema\.org/version/[\w.]+/schemaorgcontext\.jsonld"), "schema-org"),
    (re.compile(r"w3id\.org/kim/amb/([\w.-]+/)?context\.jsonld"), "amb"),
    (re.compile(r"dini-ag-kim\.github\.io/amb/[\w./-]*context\.jsonld"), "amb"),
    (re.compile(r"semiceu\.github\.io/[\w./-]*/html/examples/context\.jsonld"),
     "dcat-ap-languages"),
    (re.compile(r"semiceu\.github\.io/(?:[\w.-]+/)*DCAT-AP/[\w./-]*\.jsonld", re.I), "dcat-ap"),
    (re.compile(r"(raw\.githubusercontent\.com|github\.com)/SEMICeu/DCAT-AP/[\w./-]*\.jsonld",
                re.I), "dcat-ap"),
    (re.compile(r"data\.europa\.eu/r5r(/[\w./-]*)?"), "dcat-ap"),
    (re.compile(r"project-open-data\.cio\.gov/v1\.1/schema/[\w./-]*\.(jsonld|json)"),
     "project-open-data"),
    (re.compile(r"resources\.data\.gov/[\w./-]*catalog\.jsonld"), "project-open-data"),
    (re.compile(r"w3\.org/(ns/csvw|ns/dcat|2013/json-ld-context/rdfa11)(\.jsonld)?"),
     "w3c-prefixes"),
    (re.compile(r"w3id\.org/ro/crate/1\.\d(-DRAFT)?/context"), "ro-crate"),
    (re.compile(r"w3id\.org/codemeta/[\w.]+|(dx\.)?doi\.org/10\.5063/schema/codemeta-[\d.]+"
                r"|raw\.githubusercontent\.com/codemeta/[\w./-]*codemeta\.jsonld"), "codemeta"),
)  # fmt: skip
"""Addresses, without scheme, `www.`, final `/`, query and fragment, and the files that stand in."""

MOST_DEPTH = 100
"""Objects and lists within one another; what the parser keeps grows with the square of them."""

MOST_TERMS = 20_000_000
"""Terms that the contexts of one document define, each counted again wherever it is in force."""

LONGEST_ADDRESS = 200
NAMED_AT_MOST = 5

CONTEXT, GRAPH, IMPORT = "@context", "@graph", "@import"


class Resolved(msgspec.Struct, frozen=True):
    """A document whose contexts stand in it, and the addresses of those that are not known."""

    document: object
    refused: tuple[str, ...] = ()
    has_context: bool = False


def shipped(address: str) -> dict[str, object] | None:
    """Return the context that stands for the one at `address`, or None.

    >>> shipped("https://schema.org/")["@vocab"], shipped("https://example.org/c.jsonld")
    ('http://schema.org/', None)
    """
    text = re.sub(r"^https?://(www\.)?", "", address.strip(), flags=re.I)
    text = text.partition("#")[0].partition("?")[0].rstrip("/")
    if len(text) > LONGEST_ADDRESS:
        return None
    for pattern, name in SHIPPED:
        if pattern.fullmatch(text):
            return _read(name)
    return None


@functools.cache
def _read(name: str) -> dict[str, object]:
    text = (FOLDER / f"{name}.jsonld").read_text("utf-8")
    read: dict[str, dict[str, object]] = json.loads(text)
    return read[CONTEXT]


def resolve(document: object, where: str) -> Resolved:
    """Return `document`, parsed JSON, with every context that it names in the place of its name.

    Contexts that are not known are left out. Raises `SourceError` for a document that nests too
    deep or defines too much.
    """
    walk = _Walk(where)
    resolved = walk.node(_gathered(document), 0, 0)
    return Resolved(resolved, tuple(walk.refused), walk.has_context)


def _gathered(document: object) -> object:
    """Return a list of nodes with the same context as one graph, so that it is read only once."""
    if not isinstance(document, list):
        return document
    gathered: list[object] = []
    nodes: list[object] = []
    last: object = None
    for item in document:
        if not isinstance(item, dict) or CONTEXT not in item:
            gathered.append(item)
            last = None
            continue
        if last is None or last != item[CONTEXT]:
            last, nodes = item[CONTEXT], []
            gathered.append({CONTEXT: last, GRAPH: nodes})
        nodes.append({name: value for name, value in item.items() if name != CONTEXT})
    return gathered


class _Walk:
    def __init__(self, where: str) -> None:
        self.where = where
        self.refused: dict[str, None] = {}
        self.has_context = False
        self.terms = 0

    def node(self, value: object, depth: int, inherited: int) -> object:
        """Return a value of the document; `inherited` is the number of terms in force there."""
        self._check(depth)
        if isinstance(value, list):
            return [self._inner(item, depth, inherited) for item in value]
        if not isinstance(value, dict):
            return value
        found = {}
        if CONTEXT in value:
            self.has_context = True
            found[CONTEXT] = self.context(value[CONTEXT], depth)
            inherited += _size(found[CONTEXT])
            self._count(inherited)
        for name, item in value.items():
            if name != CONTEXT:
                found[name] = self._inner(item, depth, inherited)
        return found

    def _inner(self, value: object, depth: int, inherited: int) -> object:
        if isinstance(value, dict | list):
            return self.node(value, depth + 1, inherited)
        return value

    def context(self, value: object, depth: int) -> object:
        """Return a context of which nothing is left to be fetched."""
        self._check(depth)
        if isinstance(value, str):
            known = shipped(value)
            if known is None:
                self.refused.setdefault(value)
                return {}
            return known
        if isinstance(value, list):
            return [self.context(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        imported: object = {}
        if isinstance(value.get(IMPORT), str):
            imported = self.context(value[IMPORT], depth + 1)
        own = {name: self._term(item, depth + 1) for name, item in value.items() if name != IMPORT}
        return {**imported, **own} if isinstance(imported, dict) else own

    def _term(self, value: object, depth: int) -> object:
        """Return the definition of a term, which may have a context for what is below it."""
        if not isinstance(value, dict) or CONTEXT not in value:
            return value
        inner = self.context(value[CONTEXT], depth + 1)
        self._count(_size(inner))
        return {**value, CONTEXT: inner}

    def _count(self, terms: int) -> None:
        self.terms += terms
        if self.terms > MOST_TERMS:
            raise SourceError(
                "defines terms again and again, in contexts within contexts", where=self.where,
                expected="one context for the whole document",
                next_step="check that the file is what it should be",
            )  # fmt: skip

    def _check(self, depth: int) -> None:
        if depth > MOST_DEPTH:
            raise SourceError(
                f"nests objects and lists more than {MOST_DEPTH} deep", where=self.where,
                expected="descriptions of resources",
                next_step="check that the file is what it should be",
            )  # fmt: skip


def _size(context: object) -> int:
    if isinstance(context, list):
        return sum(map(_size, context))
    return len(context) if isinstance(context, dict) else 0


def told(refused: tuple[str, ...]) -> str:
    """Return a sentence on contexts that were refused."""
    names = ", ".join(repr(shown(address)) for address in refused[:NAMED_AT_MOST])
    more = f" and {len(refused) - NAMED_AT_MOST} more" if len(refused) > NAMED_AT_MOST else ""
    return (
        f"names contexts that Cataloom does not know and never fetches: {names}{more}; what only "
        "they define was not read: to have it, put what stands at that address in place of it, in "
        "a copy of the file"
    )
