"""`dataset.ttl`: the catalogue and its dataset described in DCAT-AP 3 and VoID.

Everything has an IRI (fragments of the catalogue's and the dataset's), and every class that
DCAT-AP's range shapes ask for is stated here, so that the file conforms by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipeline.publish.artefact import Artefact, write_lines
from pipeline.publish.terms import iri, literal, triple
from pipeline.publish.turtle import turtle
from pipeline.settings import Catalogue, Source
from pipeline.vocabulary import (
    CATALOOM,
    DC,
    DCAT,
    DCTERMS,
    EU_LANGUAGE,
    FOAF,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    SPDX,
    VOID,
    XSD,
    Vocabulary,
    language_iri,
)

DATASET_FILE = "dataset.ttl"
VCARD = "http://www.w3.org/2006/vcard/ns#"
IANA = "https://www.iana.org/assignments/media-types/"
EU_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type"
W3C_FORMAT = "http://www.w3.org/ns/formats/"
# What a record's graph is written in; another context may add to it (`Description.namespaces`).
NAMESPACES = (CATALOOM, DCTERMS, FOAF, SCHEMA, VOID)


class _Format(msgspec.Struct, frozen=True):
    title: str
    media_type: str
    file_type: str
    feature: str


_FORMATS = {
    "nt": _Format("N-Triples", "application/n-triples", "RDF_N_TRIPLES", "N-Triples"),
    "ttl": _Format("Turtle", "text/turtle", "RDF_TURTLE", "Turtle"),
    "jsonld": _Format("JSON-LD", "application/ld+json", "JSON_LD", "JSON-LD"),
    "rdf": _Format("RDF/XML", "application/rdf+xml", "RDF_XML", "RDF_XML"),
}


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What `dataset.ttl` says.

    `issued` and `modified` are xsd:dateTime (the datestamps of the first release and of this one),
    `languages` the BCP 47 tags that the records' texts have, `themes` the IRIs of concepts that the
    catalogue is about, `namespaces` those of the properties and classes that the records use.
    """

    catalogue: Catalogue
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    release: str
    issued: str
    modified: str
    records: int
    triples: int
    dumps: tuple[Artefact, ...]
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = NAMESPACES


def write_dataset(folder: Path, ntriples: bytes) -> Artefact:
    """Write `dataset.ttl` from what `dataset_ntriples` gave; raises `OutputError`."""
    return write_lines(folder / DATASET_FILE, [turtle(ntriples, PREFIXES | {"vcard": VCARD})])


def dataset_ntriples(description: Description) -> bytes:
    """Return the description as sorted N-Triples without blank nodes."""
    statements = _Statements(description.catalogue.base)
    _catalogue(statements, description)
    _dataset(statements, description)
    for file in description.dumps:
        _distribution(statements, description.catalogue, file)
    for source in description.sources:
        _source(statements, source)
    return b"".join(sorted(statements.lines))


class _Statements:
    """Triples in the making; nodes are IRIs, or names below the catalogue's base."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.lines: set[bytes] = set()

    def link(self, subject: str, predicate: str, target: str) -> None:
        self._add(subject, predicate, iri(self.base + target if ":" not in target else target))

    def text(self, subject: str, predicate: str, value: str, datatype: str = "") -> None:
        if value:
            self._add(subject, predicate, literal(value, datatype=datatype))

    def texts(self, subject: str, predicate: str, values: Mapping[str, str]) -> None:
        for language, value in values.items():
            self._add(subject, predicate, literal(value, language=language))

    def kinds(self, subject: str, *classes: str) -> None:
        for name in classes:
            self.link(subject, RDF + "type", name)

    def _add(self, subject: str, predicate: str, value: bytes) -> None:
        node = self.base + subject if ":" not in subject else subject
        self.lines.add(triple(iri(node), iri(predicate), value))


def _catalogue(statements: _Statements, description: Description) -> None:
    catalogue = description.catalogue
    node, publisher, contact = "catalogue", "catalogue#publisher", "catalogue#contact"
    statements.kinds(node, DCAT + "Catalog")
    _titles(statements, node, description)
    statements.link(node, DCAT + "dataset", "dataset")
    _document(statements, node, FOAF + "homepage", catalogue.homepage)
    for scheme, names in description.vocabulary.schemes.items():
        statements.link(node, DCAT + "themeTaxonomy", scheme)
        statements.kinds(scheme, SKOS + "ConceptScheme")
        # DCAT-AP wants a title of each scheme; one whose file states none goes by its IRI.
        statements.texts(scheme, DCTERMS + "title", names or {"en": scheme})
    for tag in catalogue.languages:
        _language(statements, node, language_iri(description.vocabulary, tag))
    statements.kinds(publisher, FOAF + "Agent")
    statements.text(publisher, FOAF + "name", catalogue.publisher.name)
    _document(statements, publisher, FOAF + "homepage", catalogue.publisher.homepage)
    statements.kinds(contact, VCARD + "Kind")
    statements.text(contact, VCARD + "fn", catalogue.publisher.name)
    way = "hasEmail" if catalogue.contact.startswith("mailto:") else "hasURL"
    statements.link(contact, VCARD + way, catalogue.contact)


def _titles(statements: _Statements, node: str, description: Description) -> None:
    """State what the catalogue and its dataset have in common."""
    catalogue = description.catalogue
    statements.texts(node, DCTERMS + "title", catalogue.title)
    statements.texts(node, DCTERMS + "description", catalogue.description or catalogue.title)
    statements.link(node, DCTERMS + "publisher", "catalogue#publisher")
    statements.text(node, DCTERMS + "issued", description.issued, XSD + "dateTime")
    statements.text(node, DCTERMS + "modified", description.modified, XSD + "dateTime")
    _licence(statements, node, catalogue.licence)


def _dataset(statements: _Statements, description: Description) -> None:
    node = "dataset"
    statements.kinds(node, DCAT + "Dataset", VOID + "Dataset")
    _titles(statements, node, description)
    statements.link(node, DCAT + "contactPoint", "catalogue#contact")
    statements.text(node, DCTERMS + "identifier", statements.base + node)
    statements.text(node, DCAT + "version", description.release)
    for tag in sorted(set(description.languages)):
        _language(statements, node, language_iri(description.vocabulary, tag))
    for theme in description.themes:
        labels = description.vocabulary.concepts[theme].preferred
        statements.link(node, DCAT + "theme", theme)
        statements.kinds(theme, SKOS + "Concept")
        statements.texts(theme, SKOS + "prefLabel", labels)
        statements.texts(node, DCAT + "keyword", labels)
    statements.text(node, VOID + "triples", str(description.triples), XSD + "integer")
    statements.text(node, VOID + "entities", str(description.records), XSD + "integer")
    statements.text(node, VOID + "uriSpace", f"{statements.base}resource/")
    for namespace in description.namespaces:
        statements.link(node, VOID + "vocabulary", namespace)
    for name in ("vocabulary.ttl", "provenance.nt.gz"):
        statements.link(node, DCTERMS + "relation", f"dump/{name}")
    run = f"release/{description.release}#run"
    statements.link(node, PROV + "wasGeneratedBy", run)
    statements.kinds(run, PROV + "Activity")


def _distribution(statements: _Statements, catalogue: Catalogue, file: Artefact) -> None:
    suffix = file.name.partition(".")[2]
    plain = suffix.removesuffix(".gz")
    zipped = plain != suffix
    kind = _FORMATS[plain]
    node, name = f"dataset#{suffix.replace('.', '-')}", f"dump/{file.name}"
    checksum = f"{node}-sha256"
    statements.link("dataset", DCAT + "distribution", node)
    statements.link("dataset", VOID + "dataDump", name)
    statements.link("dataset", VOID + "feature", W3C_FORMAT + kind.feature)
    statements.kinds(node, DCAT + "Distribution")
    title = f"{kind.title}, gzip" if zipped else kind.title
    statements.texts(node, DCTERMS + "title", {"en": title})
    statements.texts(
        node, DCTERMS + "description", {"en": f"All records of the catalogue as {title}."}
    )
    statements.link(node, DCAT + "downloadURL", name)
    statements.link(node, DCAT + "accessURL", name)
    _media_type(statements, node, "mediaType", kind.media_type)
    if zipped:
        _media_type(statements, node, "compressFormat", "application/gzip")
    file_type = f"{EU_FILE_TYPE}/{kind.file_type}"
    statements.link(node, DCTERMS + "format", file_type)
    statements.kinds(file_type, DCTERMS + "MediaTypeOrExtent")
    statements.link(file_type, SKOS + "inScheme", EU_FILE_TYPE)
    statements.text(node, DCAT + "byteSize", str(file.size), XSD + "nonNegativeInteger")
    _licence(statements, node, catalogue.licence)
    statements.link(node, SPDX + "checksum", checksum)
    statements.kinds(checksum, SPDX + "Checksum")
    statements.link(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    statements.kinds(SPDX + "checksumAlgorithm_sha256", SPDX + "ChecksumAlgorithm")
    statements.text(checksum, SPDX + "checksumValue", file.sha256, XSD + "hexBinary")


def _source(statements: _Statements, source: Source) -> None:
    node = f"dataset#source-{source.name}"
    statements.link("dataset", PROV + "wasDerivedFrom", node)
    statements.kinds(node, PROV + "Entity")
    statements.text(node, DCTERMS + "title", source.title or source.name)
    statements.text(node, DC + "rights", source.rights.attribution)
    _document(statements, node, FOAF + "homepage", source.homepage)
    _licence(statements, node, source.rights.licence)


def _document(statements: _Statements, node: str, predicate: str, target: str) -> None:
    if target:
        statements.link(node, predicate, target)
        statements.kinds(target, FOAF + "Document")


def _licence(statements: _Statements, node: str, target: str) -> None:
    if target:
        statements.link(node, DCTERMS + "license", target)
        statements.kinds(target, DCTERMS + "LicenseDocument")


def _language(statements: _Statements, node: str, target: str) -> None:
    if not target:
        return
    statements.link(node, DCTERMS + "language", target)
    statements.kinds(target, DCTERMS + "LinguisticSystem")
    if target.startswith(EU_LANGUAGE):
        statements.link(target, SKOS + "inScheme", EU_LANGUAGE.rstrip("/"))


def _media_type(statements: _Statements, node: str, name: str, media_type: str) -> None:
    statements.link(node, DCAT + name, IANA + media_type)
    statements.kinds(IANA + media_type, DCTERMS + "MediaType")
    statements.text(IANA + media_type, RDFS + "label", media_type)
