"""docs/mapping.md is what the context says."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline.map.mapping_docs import mapping_page

ROOT = Path(__file__).parents[2]
CONTEXT = ROOT / "ontology" / "context.jsonld"


def test_the_page_is_up_to_date() -> None:
    file = ROOT / "docs" / "mapping.md"
    page = mapping_page(CONTEXT)
    if os.environ.get("CATALOOM_GOLDEN") == "1":
        file.write_text(page, "utf-8")
    assert file.read_text("utf-8") == page, "CATALOOM_GOLDEN=1 writes it again"


def test_every_published_field_has_an_example() -> None:
    rows = [line for line in mapping_page(CONTEXT).splitlines() if line.startswith("| `")]
    assert len(rows) == 24
    assert not [row for row in rows if row.endswith("|  |")]


def test_other_contexts(tmp_path: Path) -> None:
    document = json.loads(CONTEXT.read_text("utf-8"))
    document["@context"] |= {
        "title": None,
        "rights": {"@id": "dc:rights", "@language": "es"},
        "issued": {"@id": "dcterms:issued", "@type": "xsd:token"},
        "page": {"@reverse": "foaf:topic", "@type": "@id"},
        "Document": None,
        "audience": {"@id": "dcterms:audience", "@type": "@id"},
        "subject": {"@id": "dcterms:subject", "@type": "@vocab"},
    }
    file = tmp_path / "context.jsonld"
    file.write_text(json.dumps(document), "utf-8")
    page = mapping_page(file)
    for expected in (
        "| `title` | the title | 1..n, one a language | not published |  |  |",
        "text in `es`",
        "`xsd:token`",
        "reverse of [`foaf:topic`]",
        "classes: none",
        "- `audience`: `dcterms:audience`, IRI",
    ):
        assert expected in page
