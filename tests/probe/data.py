# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Listings that are data: tables, JSON, feeds and the like, of the same works as the pages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.extract.workbooks import Sheet, xlsx
from tests.probe.works import HOST, WORKS, Case, Work, expected

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
LINE = "\n"


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Return rows as delimited text."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows(rows)
    return buffer.getvalue()


def plain_csv() -> Case:
    rows = [("Title", "Abstract", "Author", "Year", "Type", "Keywords", "URL")]
    rows += [
        (w.title, w.abstract, w.author, str(w.year), w.kind, "; ".join(w.tags), w.page)
        for w in WORKS
    ]
    return Case("plain-csv", csv_text(rows), expected("title", "description", "creator", "year", "type", "subject", "page"),
                "table", "csv")  # fmt: skip


def csv_with_junk() -> Case:
    rows: list[tuple[str, ...]] = [
        ("The Library: export of its holdings",),
        ("Made on", "3 May 2024"),
        (),
        ("Nr", "Titre", "Auteur", "Année", "Résumé", "Lien"),
    ]
    rows += [
        (str(n), w.title, w.author, str(w.year), w.abstract, w.page) for n, w in enumerate(WORKS, 1)
    ]
    return Case(
        "csv-with-junk",
        csv_text(rows, ";"),
        expected("title", "creator", "year", "description", "page"),
        "table",
        "csv",
    )


def tabbed_text() -> Case:
    rows = [("titulo", "resumen", "enlace"), *((w.title, w.abstract, w.page) for w in WORKS)]
    return Case(
        "tabbed-text",
        csv_text(rows, "\t"),
        expected("title", "description", "page"),
        "table",
        "txt",
    )


def unknown_columns() -> Case:
    rows = [("What it is called", "Says", "Where", "When")]
    rows += [(w.title, w.abstract, w.page, w.day) for w in WORKS]
    return Case(
        "unknown-columns",
        csv_text(rows),
        expected("title", "description", "page", "day"),
        "table",
        "csv",
    )


def workbook() -> bytes:
    """Return an XLSX whose table stands on the second sheet, below a title."""
    rows: list[Sequence[object]] = [
        ["Holdings of the Library"],
        [],
        ["Title", "Author", "Year", "Link"],
    ]
    rows += [[w.title, w.author, w.year, w.page] for w in WORKS]
    return xlsx({"Notes": Sheet([["Read me first"]]), "Holdings": Sheet(rows)})


def _object(work: Work, number: int) -> dict[str, object]:
    return {
        "id": f"w{number}", "title": work.title, "abstract": work.abstract, "url": work.page, "issued": work.day,
        "authors": [{"name": work.author, "orcid": None}], "tags": list(work.tags), "type": {"code": "x", "name": work.kind},
        "stats": {"views": number * 7},
    }  # fmt: skip


def json_interface() -> Case:
    document = {
        "meta": {"total": 12, "page": 1}, "facets": [{"name": "Guide", "count": 4}, {"name": "Report", "count": 3}],
        "data": {"results": [_object(work, number) for number, work in enumerate(WORKS)]},
    }  # fmt: skip
    return Case("json-interface", json.dumps(document), expected("title", "description", "page", "day", "creator", "subject", "type"),
                "json", "json")  # fmt: skip


def json_list() -> Case:
    return Case("json-list", json.dumps([{"name": w.title, "notes": w.abstract, "link": w.page} for w in WORKS]),
                expected("title", "description", "page"), "json", "json")  # fmt: skip


def json_lines() -> Case:
    lines = LINE.join(json.dumps(_object(work, number)) for number, work in enumerate(WORKS))
    return Case(
        "json-lines", lines, expected("title", "description", "page", "day"), "json", "jsonl"
    )


def nested_json() -> Case:
    parts = [
        {"language": {"code": "en", "name": "English"}, "sections": [
            {"section": f"Part {part}", "entries": [{"title": w.title, "url": w.page} for w in WORKS[part * 3 : part * 3 + 3]]}
            for part in range(start, start + 2)
        ]} for start in (0, 2)
    ]  # fmt: skip
    fields = expected("title", "page")
    fields["language"] = [("en",)] * 12
    fields["subject"] = [(f"Part {n // 3}",) for n in range(12)]
    return Case(
        "nested-json", json.dumps({"type": "root", "children": parts}), fields, "json", "json"
    )


def json_map() -> Case:
    document = {
        "count": 12,
        "items": {
            f"key-{n}": {"title": w.title, "description": w.abstract, "year": w.year}
            for n, w in enumerate(WORKS)
        },
    }
    return Case(
        "json-map", json.dumps(document), expected("title", "description", "year"), "json", "json"
    )


def rss() -> Case:
    items = "".join(
        f"<item><title>{escape(w.title)}</title><link>{w.page}</link><guid>{w.page}</guid><description>{escape(w.abstract)}</description></item>"
        for w in WORKS
    )
    text = f'{XML}<rss version="2.0"><channel><title>The Library</title><link>{HOST}/</link><language>en</language><description>New</description>{items}</channel></rss>'
    return Case("rss", text, expected("title", "page", "description"), "feed", "xml")


def atom() -> Case:
    entries = "".join(
        f'<entry><id>{w.page}</id><title>{escape(w.title)}</title><link href="{w.page}"/><updated>{w.day}T00:00:00Z</updated>'
        f"<summary>{escape(w.abstract)}</summary><author><name>{w.author}</name></author></entry>"
        for w in WORKS
    )
    text = f'{XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>{HOST}/</id><title>The Library</title><updated>2024-01-01T00:00:00Z</updated>{entries}</feed>'
    return Case("atom", text, expected("title", "page", "description", "creator"), "feed", "xml")


def turtle() -> Case:
    parts = "".join(
        f"<{w.page}> a dcat:Dataset ; dcterms:title {json.dumps(w.title, ensure_ascii=False)}@en ; dcterms:description "
        f"{json.dumps(w.abstract, ensure_ascii=False)}@en .\n"
        for w in WORKS
    )
    head = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dcterms: <http://purl.org/dc/terms/> .\n"
    return Case("turtle", head + parts, expected("title", "description"), "rdf", "ttl")


def marcxml() -> Case:
    records = "".join(
        f'<record><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">{n}</controlfield><datafield tag="245" ind1="1" ind2="0">'
        f'<subfield code="a">{escape(w.title)}</subfield></datafield></record>'
        for n, w in enumerate(WORKS)
    )
    return Case(
        "marcxml",
        f'{XML}<collection xmlns="http://www.loc.gov/MARC21/slim">{records}</collection>',
        expected("title"),
        "marc",
        "xml",
    )


def oai_answer() -> Case:
    records = "".join(
        f"<record><header><identifier>oai:l:{n}</identifier><datestamp>2024-01-01</datestamp></header><metadata><oai_dc:dc "
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(w.title)}</dc:title><dc:description>{escape(w.abstract)}</dc:description></oai_dc:dc></metadata></record>"
        for n, w in enumerate(WORKS)
    )
    text = (
        f'{XML}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2024-01-02T00:00:00Z</responseDate>'
        f'<request verb="ListRecords">{HOST}/oai</request><ListRecords>{records}</ListRecords></OAI-PMH>'
    )
    return Case("oai-answer", text, expected("title", "description"), "oai-pmh", "xml")


def own_xml() -> Case:
    items = "".join(
        f"<publication><name>{escape(w.title)}</name><summary>{escape(w.abstract)}</summary><year>{w.year}</year></publication>"
        for w in WORKS
    )
    return Case(
        "own-xml",
        f"{XML}<publications>{items}</publications>",
        expected("title", "description", "year"),
        "html-listing",
        "xml",
    )


def prefixed_xml() -> Case:
    items = "".join(
        f'<c:item id="{n}"><dc:title>{escape(w.title)}</dc:title><dc:creator>{w.author}</dc:creator><dc:date>{w.year}</dc:date></c:item>'
        for n, w in enumerate(WORKS)
    )
    head = '<c:list xmlns:c="http://x.example/c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    return Case(
        "prefixed-xml",
        f"{XML}{head}{items}</c:list>",
        expected("title", "creator", "year"),
        "html-listing",
        "xml",
    )


def geo_json() -> Case:
    features = [
        {
            "type": "Feature",
            "properties": {"name": w.title, "url": w.page, "description": w.abstract},
            "geometry": {"type": "Point", "coordinates": [1, 2]},
        }
        for w in WORKS
    ]
    return Case(
        "geo-json",
        json.dumps({"type": "FeatureCollection", "features": features}),
        expected("title", "page", "description"),
        "json",
        "geojson",
    )


def search_engine() -> Case:
    docs = [
        {
            "id": str(n),
            "title_s": w.title,
            "abstract_t": [w.abstract],
            "author_ss": [w.author],
            "date_dt": w.day,
        }
        for n, w in enumerate(WORKS)
    ]
    document = {
        "responseHeader": {"status": 0},
        "response": {"numFound": 12, "start": 0, "docs": docs},
        "facet_counts": {"type": ["a", 1]},
    }
    return Case(
        "search-engine",
        json.dumps(document),
        expected("title", "description", "creator", "day"),
        "json",
        "json",
    )


def scholarly_graph() -> Case:
    results = [
        {"id": f"https://x.example/{n}", "display_name": w.title, "publication_date": w.day, "authorships": [{"author": {"display_name": w.author}}],
         "primary_location": {"landing_page_url": w.page}} for n, w in enumerate(WORKS)
    ]  # fmt: skip
    return Case(
        "scholarly-graph",
        json.dumps({"meta": {"count": 12}, "results": results}),
        expected("title", "creator", "page", "day"),
        "json",
        "json",
    )


def bare_titles() -> Case:
    return Case("bare-titles", LINE.join(w.title for w in WORKS), expected("title"), "table", "txt")


def copied_text() -> Case:
    entries = "\n\n".join(f"{w.kind}\n\n{w.title}\n\n{w.abstract}" for w in WORKS)
    text = f"Home\n\nAbout us\n\nSearch\n\n12 results\n\n{entries}\n\n1 2 3 Next\n\n© 2024 The Library\n"
    return Case(
        "copied-text", text, expected("title", "type", "description"), "text-listing", "txt"
    )


DATA = (
    plain_csv, csv_with_junk, tabbed_text, unknown_columns, json_interface, json_list, json_lines, nested_json, json_map,
    rss, atom, turtle, marcxml, oai_answer, own_xml, prefixed_xml, geo_json, search_engine,
    scholarly_graph, bare_titles, copied_text,
)  # fmt: skip
