"""A SPARQL endpoint -> a query for what it has most of, among the classes that records are of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit, urlunsplit

from pipeline.errors import CataloomError
from pipeline.extract.properties import CLASSES, DCAT, DCTERMS, EDM, SCHEMA
from pipeline.probe.proposal import Proposal
from pipeline.probe.sample import Sample, text_of
from pipeline.probe.toml_text import Line
from pipeline.settings import IRI_FORBIDDEN

RESULTS = "application/sparql-results+json, application/json;q=0.5"
COUNTS = "SELECT ?class (COUNT(?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class"
IS_THERE = "ASK { ?s a <%s> }"
USUAL = (
    DCAT + "Dataset", SCHEMA + "Book", SCHEMA + "Dataset", SCHEMA + "ScholarlyArticle",
    SCHEMA + "CreativeWork", SCHEMA + "Report", SCHEMA + "LearningResource",
    "http://purl.org/ontology/bibo/Document", "http://purl.org/ontology/bibo/Book",
    DCTERMS + "BibliographicResource", EDM + "ProvidedCHO",
)  # fmt: skip
"""Classes that are asked for one by one, where an endpoint cannot count all it has."""

MOST_LISTED = 8
SPARQL = re.compile(r"sparql", re.IGNORECASE)


def is_endpoint(address: str) -> bool:
    """Say whether an address looks like that of a SPARQL endpoint."""
    return bool(SPARQL.search(urlsplit(address).path))


def propose_sparql(sample: Sample) -> Proposal | None:
    """Return the proposal for an endpoint, or None where it has no class that records are of."""
    parts = urlsplit(sample.location)
    endpoint = urlunsplit(parts._replace(query="", fragment=""))
    counts = _counts(sample, endpoint)
    known = [iri for iri in counts if iri in CLASSES] or list(_asked(sample, endpoint))
    if not known:
        return None
    chosen = known[0]
    others = [f"{iri} ({counts.get(iri, 0):,})" for iri in known[1:MOST_LISTED]]
    comment = "Asks for all that the endpoint says of each resource of a class."
    if others:
        comment += f" It also has {', '.join(others)}."
    query = (
        f"CONSTRUCT {{ ?resource a <{chosen}> ; ?property ?value }}\n"
        f"WHERE {{ ?resource a <{chosen}> ; ?property ?value }}\n"
    )
    proposal = Proposal(kind="rdf", location=endpoint, site=endpoint)
    proposal.tables["rdf"] = [Line("query", query, comment)]
    proposal.trial["rdf"] = [Line("query", query), Line("page_size", 10)]
    return proposal


def _counts(sample: Sample, endpoint: str) -> dict[str, int]:
    """Return the classes of an endpoint with their numbers, the largest first; nothing if it fails.

    Large endpoints do not answer such a question in time.
    """
    found: dict[str, int] = {}
    for row in _rows(_ask(sample, endpoint, COUNTS)):
        iri, number = row.get("class", ""), row.get("n", "")
        if number.isdigit() and not IRI_FORBIDDEN.search(iri):
            found[iri] = int(number)
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _asked(sample: Sample, endpoint: str) -> Iterator[str]:
    for iri in USUAL:
        answer = _ask(sample, endpoint, IS_THERE % iri)
        if isinstance(answer, dict) and answer.get("boolean") is True:
            yield iri


def _ask(sample: Sample, endpoint: str, query: str) -> object:
    try:
        payload = sample.access.web.get(f"{endpoint}?{urlencode({'query': query})}", accept=RESULTS)
        return json.loads(text_of(payload.data, payload))
    except (CataloomError, ValueError):
        return None


def _rows(answer: object) -> Iterator[dict[str, str]]:
    """Yield the rows of a result (SPARQL 1.1 Query Results JSON Format §3.2.2) as plain values."""
    results = answer.get("results") if isinstance(answer, dict) else None
    bindings = results.get("bindings") if isinstance(results, dict) else None
    for row in bindings if isinstance(bindings, list) else []:
        if isinstance(row, dict):
            yield {
                str(name): str(cell.get("value", ""))
                for name, cell in row.items()
                if isinstance(cell, dict)
            }
