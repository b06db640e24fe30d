"""The job of `cataloom run`, written plainly with rdflib and pyshacl: the peer of `bench_run.py`.

`python -m tests.benchmarks.plain_peer FOLDER OUTPUT` reads the catalogue folder's listing with the
same extract and clean, then does what a careful programmer would do with the libraries of the
field: a graph in memory, pyshacl over all of it, rdflib's serialisers, an Oxigraph store.
"""

from __future__ import annotations

import gzip
import sys
from itertools import groupby
from pathlib import Path

import pyoxigraph
import pyshacl
import rdflib
from rdflib.namespace import DCTERMS, FOAF, RDF, XSD

from pipeline.catalogue_folder import load_settings
from pipeline.clean import clean
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.model import Record
from pipeline.settings import Settings
from pipeline.vocabulary import fold, load_vocabulary, mint

SCHEMA = rdflib.Namespace("http://schema.org/")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
DUMPS = {"nt": "nt", "ttl": "turtle", "jsonld": "json-ld", "rdf": "pretty-xml"}
BATCH = 2000


def harvest(settings: Settings, payloads: Path) -> list[Record]:
    """Return the cleaned records of every source."""
    records: list[Record] = []
    for source in settings.sources:
        found = [
            record
            for page in pages(source, Access(settings.folder / "input", payloads))
            for record in page.records
        ]
        for _, batch in groupby(enumerate(found), key=lambda pair: pair[0] // BATCH):
            group = [record for _, record in batch]
            records += clean(group, source, settings.catalogue.language)
    return records


def describe(
    graph: rdflib.Graph, record: Record, settings: Settings, types: dict[str, str]
) -> None:
    """Add one record to the graph, property by property."""
    base = settings.catalogue.base
    identifier = mint(record.source, record.key)
    resource = rdflib.URIRef(f"{base}resource/{identifier}")
    node = rdflib.URIRef(f"{base}record/{identifier}")
    graph.add((resource, RDF.type, SCHEMA.CreativeWork))
    graph.add((resource, RDF.type, DCTERMS.BibliographicResource))
    for field, texts in ((DCTERMS.title, record.title), (DCTERMS.description, record.description)):
        for text in texts:
            graph.add((resource, field, rdflib.Literal(text.value, lang=text.language or None)))
    for label in record.type_labels:
        if fold(label) in types:
            graph.add((resource, DCTERMS.type, rdflib.URIRef(types[fold(label)])))
    if record.issued is not None:
        kind = rdflib.URIRef(f"{XSD}{record.issued.precision}")
        graph.add((resource, DCTERMS.issued, rdflib.Literal(record.issued.value, datatype=kind)))
        year = rdflib.Literal(record.issued.year, datatype=XSD.gYear)
        graph.add((resource, DCTERMS.date, year))
    for number, agent in enumerate(record.creators, 1):
        creator = rdflib.URIRef(f"{resource}#creator-{number}")
        graph.add((resource, DCTERMS.creator, creator))
        graph.add((creator, RDF.type, FOAF.Agent))
        graph.add((creator, FOAF.name, rdflib.Literal(agent.name)))
    for page in record.pages:
        graph.add((resource, FOAF.page, rdflib.URIRef(page)))
    now = rdflib.Literal("2026-11-24T19:00:00Z", datatype=XSD.dateTime)
    graph.add((node, RDF.type, FOAF.Document))
    graph.add((node, FOAF.primaryTopic, resource))
    graph.add((node, DCTERMS.modified, now))
    graph.add((node, DCTERMS.source, rdflib.URIRef("https://example.org/listing")))
    graph.add((node, DCTERMS.license, rdflib.URIRef(settings.catalogue.licence)))
    graph.add((node, VOID.inDataset, rdflib.URIRef(f"{base}dataset")))


def main(folder: Path, output: Path) -> None:
    """Do the whole job."""
    settings = load_settings(folder)
    base = settings.catalogue.base
    output.mkdir(parents=True)
    vocabulary = load_vocabulary(folder, base)
    types = {
        fold(label): concept.iri
        for concept in vocabulary.concepts.values()
        if concept.scheme.endswith("resource-types")
        for label in (*concept.preferred.values(), *sum(concept.alternatives.values(), ()))
    }
    graph = rdflib.Graph()
    for record in harvest(settings, output / "payloads"):
        describe(graph, record, settings, types)
    shapes = rdflib.Graph()
    for file in sorted((folder / "shapes").glob("*.ttl")):
        shapes.parse(data=file.read_text("utf-8"), format="turtle", publicID=base)
    data = rdflib.Graph()
    data.parse(data=vocabulary.ntriples, format="nt")
    for triple in graph:
        data.add(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(report, rdflib.Graph)
    report.serialize(output / "validation.ttl", format="turtle", encoding="utf-8")
    for suffix, form in DUMPS.items():
        file = output / f"catalogue.{suffix}"
        graph.serialize(file, format=form, encoding="utf-8")
        with gzip.open(f"{file}.gz", "wb") as packed:
            packed.write(file.read_bytes())
    store = pyoxigraph.Store(str(output / "graph"))
    store.bulk_load(path=str(output / "catalogue.nt"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
