"""Which subjects of a graph are records, and which are only parts of one or mentioned by it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable

import msgspec

from pipeline.extract.payloads import shown
from pipeline.extract.properties import (
    CLASSES,
    DC,
    DCAT,
    DCTERMS,
    DISTRIBUTIONS,
    EDM,
    FOAF,
    HYDRA,
    LABELS,
    NEVER_CLASSES,
    ORE,
    PAGE_CLASSES,
    PART_CLASSES,
    PROPERTIES,
    RDFS,
    SCHEMA,
)
from pipeline.extract.rdf_graph import Graph, compact, has_iri

TITLES = tuple(name for name, field in PROPERTIES.items() if field == "title")
SURE_TITLES = (DCTERMS + "title", DC + "title", SCHEMA + "name", SCHEMA + "headline")
"""Titles of what is published; labels are of anything."""

TELLING = {"description", "date", "subject", "file"}
"""Fields of which a record of its own has at least one; what is merely mentioned has none."""

TELLING_PROPERTIES = DISTRIBUTIONS | {iri for iri, field in PROPERTIES.items() if field in TELLING}

LISTING = {
    DCAT + "dataset", DCAT + "resource", DCAT + "service", DCAT + "record", SCHEMA + "dataset",
    SCHEMA + "itemListElement", SCHEMA + "item", SCHEMA + "mainEntity", HYDRA + "member",
    RDFS + "member", FOAF + "primaryTopic", FOAF + "topic", EDM + "aggregatedCHO",
    ORE + "proxyFor", ORE + "aggregates", "http://www.w3.org/ns/ldp#contains",
}  # fmt: skip
"""Properties by which a list points to its records."""

OUTER = {DCAT + "Catalog", DCAT + "CatalogRecord"}
NAMED_AT_MOST = 3


class Selection(msgspec.Struct, frozen=True):
    """The subjects that are records, in the order of the document; what else it holds, told."""

    subjects: tuple[str, ...]
    notes: tuple[str, ...] = ()


def select(graph: Graph, wanted: Collection[str] = ()) -> Selection:
    """Return the records of a graph: the instances of the classes `wanted`, if any are named.

    Otherwise those of `CLASSES`, but for what another record points to and that has no IRI, or no
    description, date, subject or file of its own; with them what nothing points to of
    `PART_CLASSES`, and what has no class but is described in Dublin Core. Where there is none,
    pages, and where there is none, what has a title.
    """
    if wanted:
        return Selection(tuple(_instances(graph, wanted)))
    resources = [node for node in _instances(graph, CLASSES) if not _is_outer(graph, node)]
    bare = [node for node in resources if not _has_title(graph, node) and not _tells(graph, node)]
    left = set(bare)
    records, mentioned = _parted(graph, [node for node in resources if node not in left])
    records += _apart(graph, records)
    records += _unclassed(graph)
    if not records:
        records, mentioned = _parted(graph, _named(graph, _instances(graph, PAGE_CLASSES)))
    if not records:
        titled = [
            node
            for node in graph.statements
            if not NEVER_CLASSES & set(graph.classes(node)) and not _is_outer(graph, node)
            and graph.values(node, *SURE_TITLES)
        ]  # fmt: skip
        records, mentioned = _parted(graph, titled)
    notes = []
    if bare and records:
        notes.append(
            f"{_number(bare)} of a class of resources but without title and description, so "
            f"{_they(bare)} not taken: {_called(graph, bare)}"
        )
    if mentioned:
        notes.append(
            f"{_number(mentioned)} only mentioned by another one (no IRI, or no description, "
            f"date, subject and file), so {_they(mentioned)} not taken: "
            f"{_called(graph, mentioned)}; to take all, name their classes in 'rdf.classes'"
        )
    if records and (others := _others(graph, {*records, *mentioned, *bare})):
        notes.append(
            f"holds things with a title that were not taken: {others}; to take them, name their "
            "classes in 'rdf.classes'"
        )
    order = {node: place for place, node in enumerate(graph.statements)}
    return Selection(tuple(sorted(records, key=order.__getitem__)), tuple(notes))


def class_counts(graph: Graph) -> str:
    """Return the classes of a graph, the most frequent first, for a message."""
    counts = Counter(name for node in graph.statements for name in graph.classes(node))
    return _counted(counts)


def _instances(graph: Graph, classes: Collection[str]) -> list[str]:
    return [
        node for node in graph.statements if any(name in classes for name in graph.classes(node))
    ]


def _is_outer(graph: Graph, node: str) -> bool:
    """Say whether a node is a catalogue, or a description of a description."""
    return any(name in OUTER for name in graph.classes(node)) or bool(
        graph.values(node, FOAF + "primaryTopic")
    )


def _has_title(graph: Graph, node: str) -> bool:
    return any(graph.values(one, *TITLES) for one in graph.described_by(node))


def _named(graph: Graph, nodes: Iterable[str]) -> list[str]:
    return [node for node in nodes if _has_title(graph, node)]


def _tells(graph: Graph, node: str) -> bool:
    return any(
        name in TELLING_PROPERTIES
        for one in graph.described_by(node)
        for name in graph.statements[one]
    )


def _parted(graph: Graph, nodes: list[str]) -> tuple[list[str], list[str]]:
    """Return those of `nodes` that stand for themselves, and those that another one mentions."""
    known = set(nodes)
    mentions: dict[str, list[str]] = {}
    pointed = set[str]()
    for node, pointers in graph.pointing(nodes).items():
        for pointer, name in pointers:
            if pointer in known and name not in LISTING:
                mentions.setdefault(pointer, []).append(node)
                pointed.add(node)
    poor = {node for node in pointed if not has_iri(node) or not _tells(graph, node)}
    mentioned = set[str]()
    waiting = deque(node for node in nodes if node not in poor)
    while waiting:
        for node in mentions.get(waiting.popleft(), ()):
            if node in poor and node not in mentioned:
                mentioned.add(node)
                waiting.append(node)
    # Those that only point to one another in a circle stay: each is as good as the next.
    return [n for n in nodes if n not in mentioned], [n for n in nodes if n in mentioned]


def _apart(graph: Graph, records: list[str]) -> list[str]:
    """Return media, documents and services that nothing else in the document points to."""
    taken = set(records)
    parts = [
        node
        for node in _named(graph, _instances(graph, PART_CLASSES))
        if node not in taken and not _is_outer(graph, node)
    ]
    pointing = graph.pointing(parts)
    return [node for node in parts if all(name in LISTING for _, name in pointing[node])]


def _unclassed(graph: Graph) -> list[str]:
    """Return what has no class, but a title in Dublin Core and more, and stands for itself.

    So are many records in RDF/XML and N-Triples that were made of simple Dublin Core.
    """
    nodes = [
        node
        for node in graph.statements
        if has_iri(node) and not graph.classes(node) and not _is_outer(graph, node)
        and graph.values(node, DCTERMS + "title", DC + "title") and _tells(graph, node)
    ]  # fmt: skip
    pointing = graph.pointing(nodes)
    return [node for node in nodes if all(name in LISTING for _, name in pointing[node])]


def _others(graph: Graph, taken: set[str]) -> str:
    counts = Counter[str]()
    ignored = NEVER_CLASSES | PART_CLASSES | PAGE_CLASSES | CLASSES
    for node in graph.statements:
        if node in taken or not has_iri(node) or not graph.values(node, *SURE_TITLES):
            continue
        counts.update(name for name in graph.classes(node) if name not in ignored)
    return _counted(counts)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(
        f"{count:,} {shown(compact(name))}" for name, count in counts.most_common(NAMED_AT_MOST)
    )


def _number(nodes: list[str]) -> str:
    return f"{len(nodes):,} things are" if len(nodes) > 1 else "1 thing is"


def _they(nodes: list[str]) -> str:
    return "they were" if len(nodes) > 1 else "it was"


def _called(graph: Graph, nodes: list[str]) -> str:
    names = []
    for node in nodes[:NAMED_AT_MOST]:
        label = next(iter(graph.values(node, *TITLES, *LABELS)), None)
        names.append(repr(shown(node if label is None and has_iri(node) else
                                label.value if label else "a node without a name")))  # fmt: skip
    return ", ".join(names) + (" …" if len(nodes) > NAMED_AT_MOST else "")
