"""A failing example of each shape: what is taken from the good data, and what is put in."""

from __future__ import annotations

from typing import NamedTuple

RESOURCE = "resource/listing-aaaaaaaaaa"
RECORD = "record/listing-aaaaaaaaaa"
CREATOR = f"{RESOURCE}#creator-1"
SUGGESTION = f"{RESOURCE}#suggestion-1"
LONG_TITLE = "t" * 301
LONG_TEXT = "t" * 10_001


class Failing(NamedTuple):
    """Statements of `subject` with `without` are taken out, the Turtle `put` is put in."""

    subject: str
    without: str
    put: str = ""


def _only(subject: str, term: str, *values: str) -> Failing:
    """Replace the values of a property."""
    return Failing(subject, term, f"<{subject}> {term} {' , '.join(values)} .")


def _more(subject: str, term: str, *values: str) -> Failing:
    """Add values to a property."""
    return Failing("", "", f"<{subject}> {term} {' , '.join(values)} .")


def _concept(
    put: str, label: str = 'skos:prefLabel "New"@en', scheme: str = "scheme/subjects"
) -> Failing:
    parts = [part for part in ("a skos:Concept", label, f"skos:inScheme <{scheme}>", put) if part]
    return Failing("", "", f"<subject/aaaaaaaaaa> {' ; '.join(parts)} .")


def _scheme(put: str) -> Failing:
    return Failing("", "", f"<scheme/aaaaaaaaaa> a skos:ConceptScheme ; {put} .")


FAILING = {
    "resource": Failing("", "", '[] a schema:CreativeWork ; dcterms:title "A"@en .'),
    "resource-year": Failing(RESOURCE, "dcterms:date"),
    "resource-record": Failing(RECORD, "foaf:primaryTopic"),
    "title-present": Failing(RESOURCE, "dcterms:title"),
    "title-text": _only(RESOURCE, "dcterms:title", "5"),
    "title-filled": _only(RESOURCE, "dcterms:title", '" \u00a0"@en'),
    "title-one-a-language": _more(RESOURCE, "dcterms:title", '"Otro"@es'),
    "title-language": _only(RESOURCE, "dcterms:title", '"Microfinance"'),
    "title-length": _only(RESOURCE, "dcterms:title", f'"{LONG_TITLE}"@en'),
    "title-damage": _only(RESOURCE, "dcterms:title", '"InstituciĂłn"@es'),
    "title-markup": _only(RESOURCE, "dcterms:title", '"A <em>b</em>"@en'),
    "description-text": _only(RESOURCE, "dcterms:description", "true"),
    "description-filled": _only(RESOURCE, "dcterms:description", '""@en'),
    "description-one-a-language": _more(RESOURCE, "dcterms:description", '"Otro"@es'),
    "description-language": _only(RESOURCE, "dcterms:description", '"Banca"'),
    "description-length": _only(RESOURCE, "dcterms:description", f'"{LONG_TEXT}"@en'),
    "description-damage": _only(RESOURCE, "dcterms:description", '"crÃ©dit"@fr'),
    "description-markup": _only(RESOURCE, "dcterms:description", '"A&nbsp;b"@en'),
    "type-present": Failing(RESOURCE, "dcterms:type"),
    "type-concept": _only(RESOURCE, "dcterms:type", "<subject/client-protection>"),
    "language-iri": _only(RESOURCE, "dcterms:language", "<http://lexvo.org/id/iso639-3/es>"),
    "issued-form": _only(RESOURCE, "dcterms:issued", '"2008"'),
    "issued-one": _more(RESOURCE, "dcterms:issued", '"2009"^^xsd:gYear'),
    "date-form": _only(RESOURCE, "dcterms:date", '"2008-05"^^xsd:gYearMonth'),
    "date-one": _more(RESOURCE, "dcterms:date", '"2009"^^xsd:gYear'),
    "creator-node": _only(RESOURCE, "dcterms:creator", '"Ana"'),
    "creator-agent": Failing(CREATOR, "rdf:type"),
    "publisher-node": _only(RESOURCE, "dcterms:publisher", '"Red"'),
    "publisher-agent": _only(RESOURCE, "dcterms:publisher", "<https://example.org/who>"),
    "subject-concept": _only(RESOURCE, "dcterms:subject", "<subject/unknown>"),
    "suggestion-node": _only(RESOURCE, "cataloom:suggestion", "<subject/green-finance>"),
    "identifier-text": _only(RESOURCE, "dcterms:identifier", "5"),
    "identifier-filled": _only(RESOURCE, "dcterms:identifier", '" "'),
    "page-iri": _only(RESOURCE, "foaf:page", "<ftp://example.org/a>"),
    "file-iri": _only(RESOURCE, "schema:associatedMedia", "<javascript:alert(1)>"),
    "collection-iri": _only(RESOURCE, "dcterms:isPartOf", '"The collection"'),
    "licence-iri": _only(RESOURCE, "dcterms:license", "<urn:cc-by>"),
    "rights-iri": _more(RESOURCE, "dcterms:rights", '"All rights reserved"@en'),
    "rights-text": _only(RESOURCE, "dc:rights", "<https://example.org/rights>"),
    "rights-damage": _only(RESOURCE, "dc:rights", '"\ufffd"@en'),
    "record": Failing(RECORD, "rdf:type"),
    "topic-one": _more(RECORD, "foaf:primaryTopic", "<resource/listing-aaaaaaaaab>"),
    "topic-resource": _only(RECORD, "foaf:primaryTopic", "<dataset>"),
    "modified-one": Failing(RECORD, "dcterms:modified"),
    "modified-form": _only(RECORD, "dcterms:modified", '"2026-05-31"^^xsd:date'),
    "source-iri": _only(RECORD, "dcterms:source", '"a page"'),
    "metadata-licence-present": Failing(RECORD, "dcterms:license"),
    "metadata-licence-iri": _only(RECORD, "dcterms:license", '"CC0"'),
    "dataset-of-record": _only(RECORD, "void:inDataset", "<https://example.org/dataset>"),
    "agent-name-present": Failing(CREATOR, "foaf:name"),
    "agent-name-text": _only(CREATOR, "foaf:name", "5"),
    "agent-name-filled": _only(CREATOR, "foaf:name", '" "'),
    "agent-name-length": _only(CREATOR, "foaf:name", f'"{LONG_TITLE}"'),
    "agent-name-damage": _only(CREATOR, "foaf:name", '"NÃºÃ±ez"'),
    "agent-name-markup": _only(CREATOR, "foaf:name", '"<b>Ana</b>"'),
    "suggested-subject-one": Failing(SUGGESTION, "cataloom:suggestedSubject"),
    "suggested-subject-concept": _only(SUGGESTION, "cataloom:suggestedSubject", "<type/tool>"),
    "matched-label-present": Failing(SUGGESTION, "cataloom:matchedLabel"),
    "matched-label-text": _only(SUGGESTION, "cataloom:matchedLabel", "5"),
    "concept": Failing("", "", '[] a skos:Concept ; skos:prefLabel "New"@en .'),
    "concept-label-present": _concept("", label=""),
    "concept-label-one-a-language": _concept('skos:prefLabel "Newer"@en'),
    "concept-label-text": _concept("", label="skos:prefLabel 5"),
    "concept-label-language": _concept("", label='skos:prefLabel "New"'),
    "concept-label-damage": _concept("", label='skos:prefLabel "crÃ©dit"@fr'),
    "concept-alternative-text": _concept("skos:altLabel 5"),
    "concept-scheme-present": Failing("", "", "<subject/aaaaaaaaaa> a skos:Concept ."),
    "concept-scheme-class": _concept("", scheme="scheme/unknown"),
    "concept-related-class": _concept("skos:broader <subject/unknown>"),
    "concept-match-iri": _concept('skos:exactMatch "New"'),
    "scheme": Failing("", "", '[] a skos:ConceptScheme ; dcterms:title "New"@en .'),
    "scheme-title-present": Failing("", "", "<scheme/aaaaaaaaaa> a skos:ConceptScheme ."),
    "scheme-title-text": _scheme("dcterms:title 5"),
    "scheme-title-one-a-language": _scheme('dcterms:title "New"@en , "Newer"@en'),
    "scheme-title-language": _scheme('dcterms:title "New"'),
    "scheme-top-class": _scheme("skos:hasTopConcept <subject/unknown>"),
    "catalogue": Failing("", "", '[] a dcat:Catalog ; dcterms:title "New"@en .'),
    "catalogue-title-present": Failing("catalogue", "dcterms:title"),
    "catalogue-title-language": _only("catalogue", "dcterms:title", '"A"@en', '"B"@en'),
    "catalogue-description-present": Failing("catalogue", "dcterms:description"),
    "catalogue-publisher-present": Failing("catalogue", "dcterms:publisher"),
    "catalogue-publisher-agent": _only("catalogue", "dcterms:publisher", '"Library"'),
    "catalogue-licence-present": Failing("catalogue", "dcterms:license"),
    "catalogue-licence-iri": _only("catalogue", "dcterms:license", '"CC0"'),
    "catalogue-dataset-present": Failing("catalogue", "dcat:dataset"),
    "catalogue-dataset-class": _only("catalogue", "dcat:dataset", "<dataset#none>"),
    "dataset": Failing("", "", '[] a dcat:Dataset ; dcterms:title "New"@en .'),
    "dataset-class": _only("dataset", "rdf:type", "dcat:Dataset"),
    "dataset-title-present": Failing("dataset", "dcterms:title"),
    "dataset-title-language": _only("dataset", "dcterms:title", '"A"'),
    "dataset-description-present": Failing("dataset", "dcterms:description"),
    "dataset-publisher-present": Failing("dataset", "dcterms:publisher"),
    "dataset-publisher-agent": _only("dataset", "dcterms:publisher", '"Library"'),
    "dataset-licence-present": Failing("dataset", "dcterms:license"),
    "dataset-licence-iri": _only("dataset", "dcterms:license", '"CC0"'),
    "dataset-contact-present": Failing("dataset", "dcat:contactPoint"),
    "dataset-distribution-present": Failing("dataset", "dcat:distribution"),
    "dataset-distribution-class": _only("dataset", "dcat:distribution", "<dataset#none>"),
    "distribution-download-present": Failing("dataset#nt", "dcat:downloadURL"),
    "distribution-download-iri": _only("dataset#nt", "dcat:downloadURL", '"catalogue.nt"'),
    "distribution-media-type-present": Failing("dataset#nt", "dcat:mediaType"),
    "distribution-media-type-iri": _only("dataset#nt", "dcat:mediaType", '"text/turtle"'),
    "distribution-size-present": Failing("dataset#nt", "dcat:byteSize"),
    "distribution-size-form": _only("dataset#nt", "dcat:byteSize", '"12 kB"'),
    "distribution-checksum-present": Failing("dataset#nt", "spdx:checksum"),
    "distribution-checksum-value": _only("dataset#nt-sha256", "spdx:checksumValue", '"?"'),
}

# Shapes that others apply to a value, as (conforming values, others); a value in Turtle.
EDTF = "^^<http://id.loc.gov/datatypes/edtf>"
SHA_256 = "spdx:algorithm spdx:checksumAlgorithm_sha256"
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "text-with-language": (('"a"@en',), ('"a"', "5", "<urn:a>")),
    "text-without-language": (('"a"',), ('"a"@en', "5", "<urn:a>")),
    "damaged-text": (
        ('"â€™"', '"Ã©"', '"\ufffd"', '"revisiĂłn"', '"Ð¿Ñ€Ð¸Ð²ÐµÑ‚"', '"Â©"', '"\x85"'),
        ('"IRMÃ»"', '"«MAÇû"', '"ROMÂNĂ”"', '"PĂȘUNE"', '"Ăn"', '"ÂNGELA"', '"привет"', '"5 Å"'),
    ),
    "text-with-markup": (
        ('"<p>a"', '"a &amp; b"', '"&#233;"', "\"<a href='x'>y</a>\"", '"<br/>"'),
        ('"a < b > c"', '"R&D; AT&T"', '"<- b"', '"if a<b and c>d"', '"<pedro@example.org>"'),
    ),
    "http-iri": (
        ("<https://example.org/>", "<http://é.example/>"),
        ("<ftp://example.org/>", "<http:///x>", "<urn:a>", '"https://example.org/"'),
    ),
    "language-authority-iri": (
        (
            "<http://publications.europa.eu/resource/authority/language/SPA>",
            "<http://publications.europa.eu/resource/authority/language/ZHO_HANT>",
            "<http://lexvo.org/id/iso639-3/quz>",
        ),
        ("<http://example.org/es>", "<http://lexvo.org/id/iso639-3/es>", '"es"'),
    ),
    "utc-moment": (
        ('"2026-05-31T12:00:00Z"^^xsd:dateTime', '"2026-05-31T12:00:00.5Z"^^xsd:dateTime'),
        ('"2026-05-31T12:00:00+02:00"^^xsd:dateTime', '"2026-05-31"^^xsd:date', '"x"'),
    ),
    "date-year": (
        ('"2008"^^xsd:gYear', '"0987"^^xsd:gYear', '"-0044"^^xsd:gYear', '"12008"^^xsd:gYear'),
        ('"208"^^xsd:gYear', '"02008"^^xsd:gYear', '"2008Z"^^xsd:gYear', '"2008"', "2008"),
    ),
    "date-month": (
        ('"2008-05"^^xsd:gYearMonth', '"2008-12"^^xsd:gYearMonth'),
        ('"2008-13"^^xsd:gYearMonth', '"2008-5"^^xsd:gYearMonth', '"2008"^^xsd:gYear'),
    ),
    "date-day": (
        ('"2008-05-31"^^xsd:date', '"2008-02-29"^^xsd:date'),
        ('"2009-02-29"^^xsd:date', '"2008-05-32"^^xsd:date', '"31.5.2008"^^xsd:date'),
    ),
    "date-edtf": (
        tuple(
            f'"{value}"{EDTF}'
            for value in (
                "2008~",
                "2008?",
                "2008%",
                "200X",
                "20XX",
                "2008-XX",
                "2008-05~",
                "?2008-05-31",
                "2008/2010",
                "2008/..",
                "../2010",
                "2008/",
                "/2010",
                "2008-05/2009~",
                "Y-170000002",
                "-0044",
                "[2008,2010]",
                "[2008..2010]",
                "{2008, 2010}",
                "2008-21",
                "1950S2",
                "2008-05-31T12:00:00Z",
            )
        ),
        tuple(f'"{value}"{EDTF}' for value in ("circa 2008", "", "/", "208", "2008-5", "2008 ")),
    ),
    "concept-of-resource-types": (("<type/tool>",), ("<subject/green-finance>", '"Tool"')),
    "concept-of-resource-types-scheme": (("<type/tool>",), ("<subject/green-finance>",)),
    "concept-of-subjects": (("<subject/green-finance>",), ("<type/tool>", "<type/none>")),
    "concept-of-subjects-scheme": (("<subject/green-finance>",), ("<type/tool>",)),
    "resource-without-issued": (("<urn:a>",), ("<urn:issued>",)),
    "issued-absent": (("<urn:a>",), ("<urn:issued>",)),
    "resource-with-date": (("<urn:dated>",), ("<urn:a>",)),
    "date-present": (("<urn:dated>",), ("<urn:a>",)),
    "identifier-iri": (('"urn:a"^^xsd:anyURI',), ('"urn:a"', "<urn:a>")),
    "media-type-iri": (
        ("<https://www.iana.org/assignments/media-types/text/turtle>",),
        ("<https://www.iana.org/assignments/media-types/turtle>", '"text/turtle"'),
    ),
    "number-non-negative": (('"5"^^xsd:nonNegativeInteger',), ('"-5"^^xsd:integer', '"5"')),
    "number-decimal": (('"5"^^xsd:decimal',), ('"5.5"^^xsd:decimal', '"5"')),
    "checksum": (("<urn:sum>",), ("<urn:a>", '"00ff"')),
    "checksum-value": (("<urn:sum>",), ("<urn:a>",)),
    "checksum-algorithm": (("<urn:sum>",), ("<urn:a>",)),
}
SURROUNDINGS = f"""
<urn:issued> dcterms:issued "2008"^^xsd:gYear .
<urn:dated> dcterms:date "2008"^^xsd:gYear .
<urn:sum> {SHA_256} ; spdx:checksumValue "00ff"^^xsd:hexBinary .
"""
