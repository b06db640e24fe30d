"""Samples that we did not write: each listing is recognised, and its proposal reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.probe.conftest import Desk

pytestmark = pytest.mark.slow  # whole listings are read

SAMPLES = {
    "samples/json/free_programming_books.json": ("json", 8486),
    "samples/tables/goodbooks_sample.csv": ("table", 0),
    "samples/tables/oerworldmap_repositories.csv": ("table", 0),
    "samples/feeds/bloggerexport.xml": ("feed", 0),
    "samples/feeds/pelican_wordpressexport.xml": ("wordpress", 0),
    "samples/feeds/mixed/feed.json": ("feed", 0),
    "samples/feeds/mixed/feed1.atom": ("feed", 0),
    "samples/feeds/mixed/feed2.rss": ("feed", 0),
    "samples/dcat/catalogues/catalog.rdf": ("rdf", 2),
    "samples/dcat/catalogues/catalog_pod.jsonld": ("rdf", 1),
    "samples/dcat/catalogues/dataset_gob_es.ttl": ("rdf", 1),
    "samples/dcat/catalogues/dataset_sweden.rdf": ("rdf", 1),
    "samples/marc/brkrtest.mrc": ("marc", 0),
    "samples/marc/brkrtest_UTF8.mrc": ("marc", 0),
    "samples/marc/lobid/*.xml": ("marc", 12),
    "samples/oai/asu_00.xml": ("oai-pmh", 0),
    "samples/oai/calpoly_00.xml": ("oai-pmh", 0),
    "samples/oai/erudit_00.xml": ("oai-pmh", 0),
    "samples/oai/rcaap_00.xml": ("oai-pmh", 0),
    "samples/oai/udel_08.xml": ("oai-pmh", 0),
    "samples/oai/zenodo_00.xml": ("oai-pmh", 0),
    "seeds/000_7c6ca8c3451fdc43.txt": ("text-listing", 10),
}


@pytest.mark.parametrize("name", SAMPLES, ids=lambda name: name.rpartition("/")[2])
def test_a_sample(name: str, shared: Path, desk: Desk) -> None:
    kind, count = SAMPLES[name]
    probed = desk.probe(shared / name)
    assert probed.kind == kind
    records = desk.records(desk.accept(probed))
    assert len(records) == count or (not count and records)
    assert sum("title" in record.fields for record in records) >= 0.6 * len(records)


def test_what_the_nested_json_says_above_its_entries(shared: Path, desk: Desk) -> None:
    probed = desk.probe(shared / "samples/json/free_programming_books.json")
    records = desk.records(desk.accept(probed))
    assert len({record.fields["language"] for record in records}) > 30
    assert sum("page" in record.fields for record in records) > 0.99 * len(records)


def test_our_own_saved_listing(desk: Desk) -> None:
    pages = Path(__file__).parents[2] / "input" / "sepm-resources"
    probed = desk.probe(pages)
    assert 'entry = "article.resource"' in probed.source_toml
    assert 'type = "p.type"' in probed.source_toml
    records = desk.records(desk.accept(probed))
    assert {"title", "type", "description"} <= set.intersection(*(set(r.fields) for r in records))
