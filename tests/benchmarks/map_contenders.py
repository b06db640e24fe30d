"""Contenders of bench_map.py that run in our own environment: Cataloom, pyoxigraph, rdflib.

`python map_contenders.py NAME CORPUS OUTPUT` does one job and prints what it took as JSON: `cpu`
seconds (user and system, children included) of the job alone, imports and what is said to be ready
beforehand apart.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from pipeline.map import Scope
from pipeline.model import Record
from tests.benchmarks.corpus import SCOPE

ROOT = Path(__file__).parents[2]
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
XSD = "http://www.w3.org/2001/XMLSchema#"
CATALOOM = "https://w3id.org/cataloom/ns#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
IN_DATASET = "http://rdfs.org/ns/void#inDataset"
EDTF = "http://id.loc.gov/datatypes/edtf"
PREFIXES = {
    "cataloom": CATALOOM,
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "schema": "http://schema.org/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}
CLASSES = ("http://schema.org/CreativeWork", DCTERMS + "BibliographicResource")
BATCH = 100
BUFFER = 1 << 20
Job = Callable[[Path, Path], Callable[[], None]]
"""Takes corpus and output, makes ready, gives the job that is measured."""


def spent() -> float:
    """Return the CPU seconds of this process and of its children."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, kinds))


def records(corpus: Path) -> Iterator[Record]:
    decoder = msgspec.json.Decoder(Record)
    with corpus.open("rb") as lines:
        yield from map(decoder.decode, lines)


def batches(known: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield records a hundred at a time, as the pipeline writes them."""
    iterator = iter(known)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def cataloom_ntriples(corpus: Path, output: Path) -> Callable[[], None]:
    """Record -> N-Triples, compiling the mapping and decoding the records included."""
    from pipeline.map import compile_mapping

    ours = SCOPE

    def job() -> None:
        mapping = compile_mapping(ROOT / "ontology" / "context.jsonld", ours)
        with output.open("wb", buffering=BUFFER) as file:
            for batch in batches(records(corpus)):
                file.write(b"".join(map(mapping.ntriples, batch)))

    return job


def _cataloom(syntax: str, *, in_memory: bool) -> Job:
    """Record -> Turtle or JSON-LD; with `in_memory`, from records that are decoded already."""

    def ready(corpus: Path, output: Path) -> Callable[[], None]:
        from pipeline.map import compile_mapping

        ours = SCOPE
        decoded = list(records(corpus)) if in_memory else []

        def job() -> None:
            mapping = compile_mapping(ROOT / "ontology" / "context.jsonld", ours)
            known = decoded or records(corpus)
            with output.open("wb", buffering=BUFFER) as file:
                if syntax == "ttl":
                    file.write(mapping.turtle_head())
                    for batch in batches(known):
                        file.write(b"".join(map(mapping.turtle, batch)))
                else:
                    separator = mapping.jsonld_head()
                    for batch in batches(known):
                        written = mapping.jsonld_separator.join(map(mapping.jsonld, batch))
                        file.write(separator + written)
                        separator = mapping.jsonld_separator
                    file.write(mapping.jsonld_tail())

        return job

    return ready


def cataloom_rdfxml(corpus: Path, output: Path) -> Callable[[], None]:
    """Turn records into RDF/XML, a batch at a time."""
    from pipeline.map import compile_mapping

    mapping = compile_mapping(ROOT / "ontology" / "context.jsonld", SCOPE)

    def job() -> None:
        with output.open("wb", buffering=BUFFER) as file:
            file.write(mapping.rdfxml_head())
            for batch in batches(records(corpus)):
                file.write(b"".join(map(mapping.rdfxml, batch)))
            file.write(mapping.rdfxml_tail())

    return job


def rows(record: Record, ours: Scope) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield a record's triples as strings: subject, predicate, object, datatype, language.

    An object with neither datatype nor language is an IRI. This is the mapping as one would write
    it by hand, without anything between the record and the library's terms.
    """
    resource_iri = f"{ours.base}resource/{record.id}"
    record_iri = f"{ours.base}record/{record.id}"
    for iri in (*CLASSES, *record.classes):
        yield resource_iri, RDF_TYPE, iri, "", ""
    for name, texts in (("title", record.title), ("description", record.description)):
        for text in texts:
            kind = "" if text.language else XSD + "string"
            yield resource_iri, DCTERMS + name, text.value, kind, text.language
    for iri in record.types:
        yield resource_iri, DCTERMS + "type", iri, "", ""
    for tag in record.languages:
        yield resource_iri, DCTERMS + "language", ours.language_iris[tag], "", ""
    if record.issued is not None:
        precision = record.issued.precision
        kind = EDTF if precision == "edtf" else XSD + precision
        yield resource_iri, DCTERMS + "issued", record.issued.value, kind, ""
        yield resource_iri, DCTERMS + "date", record.issued.year, XSD + "gYear", ""
    for number, agent in enumerate(record.creators, 1):
        node = f"{resource_iri}#creator-{number}"
        yield resource_iri, DCTERMS + "creator", node, "", ""
        yield node, RDF_TYPE, FOAF + "Agent", "", ""
        yield node, FOAF + "name", agent.name, XSD + "string", ""
    for iri in record.subjects:
        yield resource_iri, DCTERMS + "subject", iri, "", ""
    for number, suggestion in enumerate(record.suggestions, 1):
        node = f"{resource_iri}#suggestion-{number}"
        yield resource_iri, CATALOOM + "suggestion", node, "", ""
        yield node, RDF_TYPE, CATALOOM + "SubjectSuggestion", "", ""
        yield node, CATALOOM + "suggestedSubject", suggestion.concept, "", ""
        label = suggestion.label
        yield node, CATALOOM + "matchedLabel", label.value, "", label.language
    for iri in record.pages:
        yield resource_iri, FOAF + "page", iri, "", ""
    yield record_iri, RDF_TYPE, FOAF + "Document", "", ""
    yield record_iri, FOAF + "primaryTopic", resource_iri, "", ""
    modified = ours.modified[record.release]
    yield record_iri, DCTERMS + "modified", modified, XSD + "dateTime", ""
    yield record_iri, DCTERMS + "source", ours.homepages[record.source], "", ""
    yield record_iri, DCTERMS + "license", ours.metadata_licence, "", ""
    yield record_iri, IN_DATASET, ours.dataset, "", ""


def _pyoxigraph_terms(name: str) -> Job:
    """Record -> pyoxigraph terms -> its own serialiser; predicates and datatypes made once."""

    def ready(corpus: Path, output: Path) -> Callable[[], None]:
        from functools import cache

        from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

        ours = SCOPE
        known = cache(NamedNode)

        def triples() -> Iterator[Triple]:
            for record in records(corpus):
                for subject, predicate, value, datatype, language in rows(record, ours):
                    if language:
                        term: Literal | NamedNode = Literal(value, language=language)
                    elif datatype:
                        term = Literal(value, datatype=known(datatype))
                    else:
                        term = NamedNode(value)
                    yield Triple(NamedNode(subject), known(predicate), term)

        def job() -> None:
            prefixes = None if name == "N_TRIPLES" else PREFIXES
            with output.open("wb", buffering=BUFFER) as file:
                serialize(triples(), file, format=getattr(RdfFormat, name), prefixes=prefixes)

        return job

    return ready


def rdflib_ntriples(corpus: Path, output: Path) -> Callable[[], None]:
    """Record -> rdflib graph -> its own serialiser; predicates and datatypes made once."""
    from functools import cache

    from rdflib import Graph, Literal, URIRef

    ours = SCOPE
    known = cache(URIRef)

    def job() -> None:
        graph = Graph()
        for record in records(corpus):
            for subject, predicate, value, datatype, language in rows(record, ours):
                if language:
                    term: Literal | URIRef = Literal(value, lang=language)
                elif datatype == XSD + "string":
                    term = Literal(value)
                elif datatype:
                    term = Literal(value, datatype=known(datatype), normalize=False)
                else:
                    term = URIRef(value)
                graph.add((URIRef(subject), known(predicate), term))
        graph.serialize(destination=str(output), format="nt", encoding="utf-8")

    return job


def _graph(corpus: Path) -> tuple[bytes, dict[str, str]]:
    """Return our N-Triples of a corpus and the prefixes, for the serialisers of others."""
    from pipeline.map import compile_mapping

    mapping = compile_mapping(ROOT / "ontology" / "context.jsonld", SCOPE)
    return b"".join(map(mapping.ntriples, records(corpus))), mapping.context.prefixes


def _pyoxigraph(name: str) -> Job:
    """Terms that are in memory already -> pyoxigraph's serialiser."""

    def ready(corpus: Path, output: Path) -> Callable[[], None]:
        from pyoxigraph import RdfFormat, parse, serialize

        text, prefixes = _graph(corpus)
        quads = list(parse(text, format=RdfFormat.N_TRIPLES))

        def job() -> None:
            with output.open("wb", buffering=BUFFER) as file:
                serialize(quads, file, format=getattr(RdfFormat, name), prefixes=prefixes)

        return job

    return ready


def rdflib_rdfxml(corpus: Path, output: Path) -> Callable[[], None]:
    """Our N-Triples as an rdflib graph, ready -> RDF/XML."""
    import rdflib
    from rdflib import Graph

    rdflib.NORMALIZE_LITERALS = False  # it would rewrite dates
    text, _ = _graph(corpus)
    graph = Graph().parse(data=text, format="nt")

    def job() -> None:
        graph.serialize(destination=str(output), format="xml")

    return job


CONTENDERS: dict[str, Job] = {
    "cataloom nt": cataloom_ntriples,
    "cataloom ttl": _cataloom("ttl", in_memory=False),
    "cataloom jsonld": _cataloom("jsonld", in_memory=False),
    "cataloom-ready ttl": _cataloom("ttl", in_memory=True),
    "cataloom-ready jsonld": _cataloom("jsonld", in_memory=True),
    "cataloom rdf": cataloom_rdfxml,
    "pyoxigraph nt": _pyoxigraph_terms("N_TRIPLES"),
    "pyoxigraph ttl": _pyoxigraph_terms("TURTLE"),
    "pyoxigraph jsonld": _pyoxigraph_terms("JSON_LD"),
    "pyoxigraph-ready ttl": _pyoxigraph("TURTLE"),
    "pyoxigraph-ready jsonld": _pyoxigraph("JSON_LD"),
    "rdflib nt": rdflib_ntriples,
    "rdflib rdf": rdflib_rdfxml,
}


def main(name: str, corpus: Path, output: Path) -> None:
    """Do the job `name` and print what it took."""
    job = CONTENDERS[name](corpus, output)
    gc.collect()
    gc.freeze()
    before = spent()
    job()
    sys.stdout.write(json.dumps({"cpu": spent() - before}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
