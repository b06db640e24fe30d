"""The corpus as pages of a listing, as answers of an OAI-PMH provider, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape

from pipeline.model import Record

ICON = (
    "M3.5 0a.5.5 0 0 1 .5.5V1h8V.5a.5.5 0 0 1 1 0V1h1a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H2a2 2 0 0 1"
    "-2-2V3a2 2 0 0 1 2-2h1V.5a.5.5 0 0 1 .5-.5zM1 4v10a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V4H1z"
)


def html_page(records: Sequence[Record]) -> str:
    """Return a listing as content management systems show one.

    An entry has 34 elements and 3.8 KB: a picture in several sizes, icons, tags, buttons. Those of
    the two real listings in the samples have 26 and 35 elements, 4.7 and 4.9 KB.
    """
    entries = "\n".join(_html_entry(record) for record in records)
    menu = "".join(
        f'<li class="menu-item"><a href="/section/{number}" class="nav-link">Section {number}</a>'
        "</li>"
        for number in range(40)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<title>Resources | Made up</title>\n<link rel="stylesheet" href="/core/base.css">\n'
        f'</head>\n<body class="path-resources page-view">\n<header><nav><ul class="menu">{menu}'
        f'</ul></nav></header>\n<main id="content"><p class="total">{len(records)} entries were '
        f'found.</p>\n<div class="view view-resources view-id-resources">\n{entries}\n</div>\n'
        '<nav class="pager"><ul><li><a href="?page=1" rel="next">Next</a></li></ul></nav></main>\n'
        "<footer><p>Nobody, 2026</p></footer>\n</body>\n</html>\n"
    )


def lean_page(records: Sequence[Record]) -> str:
    """Return a listing with as little markup as can be: some eight elements an entry."""
    entries = []
    for record in records:
        date = f"<time>{record.issued.value}</time>" if record.issued else ""
        entries.append(
            f'<article>\n<p class="type">{record.type_labels[0]}</p>\n'
            f'<h3><a href="{escape(record.pages[0])}">{_text(record.title[0].value)}</a></h3>\n'
            f'{date}\n<div class="abstract"><p>{_text(record.description[0].value)}</p></div>\n'
            "</article>\n"
        )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Made up</title></head>'
        f'<body>\n<p class="total">{len(records)} entries</p>\n{"".join(entries)}</body></html>\n'
    )


def _html_entry(record: Record) -> str:
    title, link = escape(record.title[0].value), escape(record.pages[0])
    about, kind = _text(record.description[0].value), record.type_labels[0]
    tags = "".join(
        f'<div class="field__item"><a href="{subject}" hreflang="en">'
        f"{subject.rpartition('/')[2]}</a></div>"
        for subject in record.subjects
    )
    date = record.issued.value if record.issued else ""
    creators = "".join(
        f'<div class="field field--name-field-author field__item">{_text(agent.name)}</div>'
        for agent in record.creators
    )
    picture = "".join(
        f'<source srcset="/sites/default/files/styles/teaser_{width}/public/covers/2024-03/'
        f"{record.id}.jpg.webp?itok={record.id[-8:]}&amp;w={width} 1x, /sites/default/files/styles/"
        f'teaser_{width}_2x/public/covers/2024-03/{record.id}.jpg.webp?itok={record.id[-8:]} 2x" '
        f'media="all and (min-width: {width}px)" type="image/webp" width="{width}" height="212">'
        for width in (480, 960)
    )
    return f"""<div class="views-row">
<article role="article" data-history-node-id="{record.id}" about="{link}" \
class="node node--type-resource node--view-mode-teaser clearfix">
  <div class="node__media"><a href="{link}" hreflang="en" tabindex="-1" aria-hidden="true">\
<picture>{picture}<img loading="lazy" src="/sites/default/files/styles/teaser/public/covers/\
2024-03/{record.id}.jpg?itok={record.id[-8:]}" width="150" height="212" alt="" \
class="img-fluid image-style-thumbnail"></picture></a></div>
  <div class="node__content clearfix">
    <div class="field field--name-field-type field--type-entity-reference field--label-hidden \
field__item"><a href="/type/{kind}" hreflang="en">{kind}</a></div>
    <h3 class="node__title"><a href="{link}" rel="bookmark">\
<span class="field field--name-title field--type-string field--label-hidden">{title}</span>\
</a></h3>
    <div class="node__meta"><svg class="icon" width="16" height="16" viewBox="0 0 16 16" \
aria-hidden="true" focusable="false"><path d="{ICON}"></path></svg>\
<time datetime="{date}" class="datetime">{date}</time> {creators}</div>
    <div class="clearfix text-formatted field field--name-body \
field--type-text-with-summary field--label-hidden field__item"><p>{about}</p></div>
    <div class="field field--name-field-tags field--type-entity-reference \
field--label-inline"><div class="field__label">Tags</div><div class="field__items">{tags}</div>\
</div>
    <ul class="links inline"><li class="node-readmore"><a href="{link}" rel="tag" \
title="{title}" hreflang="en">Read more<span class="visually-hidden"> about {title}</span></a>\
</li><li class="node-share"><a href="https://social.example/share?url=https%3A%2F%2F\
example.org{link}&amp;text={title}" class="btn btn-sm btn-outline-secondary" target="_blank" \
rel="noopener noreferrer"><svg class="icon" width="16" height="16" viewBox="0 0 16 16" \
aria-hidden="true" focusable="false"><path d="{ICON}"></path></svg><span>Share</span></a></li></ul>
  </div>
</article>
</div>"""


def oai_page(records: Sequence[Record]) -> str:
    """Return an answer to ListRecords in oai_dc.

    A record has 25 elements and 1.8 KB; those of the real answers in the samples have 14 to 25
    elements, 0.9 to 2.4 KB.
    """
    entries = "\n".join(_oai_record(record) for record in records)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH '
        'xmlns="http://www.openarchives.org/OAI/2.0/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://www.openarchives.org/OAI/2.0/ '
        'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">\n'
        "<responseDate>2026-01-31T12:00:00Z</responseDate>\n"
        '<request verb="ListRecords" metadataPrefix="oai_dc">https://example.org/oai</request>\n'
        f"<ListRecords>\n{entries}\n</ListRecords>\n</OAI-PMH>\n"
    )


def _oai_record(record: Record) -> str:
    subjects = [subject.rpartition("/")[2] for subject in record.subjects]
    values = [
        *(("title", text.value, text.language) for text in record.title),
        *(("creator", agent.name, "") for agent in record.creators),
        *(("subject", subject, "") for subject in (*subjects, "Microfinance", "Rural areas")),
        *(("description", text.value, text.language) for text in record.description),
        ("contributor", "Nobody's working group on field work", ""),
        ("publisher", "Nobody", ""),
        ("date", record.issued.value if record.issued else "2026", ""),
        ("type", record.type_labels[0], ""),
        ("format", "application/pdf", ""),
        ("identifier", record.pages[0], ""),
        ("identifier", f"Working paper {record.id}", ""),
        ("source", f"Working papers of Nobody, {record.id[-6:]}, pages 1-24", ""),
        ("relation", f"https://example.org/series/working-papers/{record.id}", ""),
        ("coverage", "Province of the made-up coast", ""),
        *(("language", language, "") for language in record.languages),
        ("rights", "https://creativecommons.org/licenses/by/4.0/", ""),
        ("rights", "Nobody may be asked for permission to print more than one copy.", ""),
    ]
    told = "\n".join(
        f"<dc:{name}" + (f' xml:lang="{language}"' if language else "") + f">{_text(value)}"
        f"</dc:{name}>"
        for name, value, language in values
    )
    return (
        f"<record>\n<header><identifier>oai:example.org:{record.id}</identifier>"
        "<datestamp>2026-01-30T11:00:00Z</datestamp><setSpec>made-up</setSpec></header>\n<metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://www.openarchives.org/OAI/2.0/oai_dc/ '
        f'http://www.openarchives.org/OAI/2.0/oai_dc.xsd">\n{told}\n</oai_dc:dc></metadata>\n'
        "</record>"
    )


def csv_table(records: Sequence[Record]) -> str:
    """Return a table of nine columns, as a spreadsheet saves one."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(
        ("Id", "Title", "Description", "Type", "Language", "Date", "Creator", "Subject", "URL")
    )
    for record in records:
        table.writerow(
            (
                record.id,
                record.title[0].value,
                record.description[0].value,
                record.type_labels[0],
                "; ".join(record.languages),
                record.issued.value if record.issued else "",
                "; ".join(agent.name for agent in record.creators),
                "; ".join(subject.rpartition("/")[2] for subject in record.subjects),
                record.pages[0],
            )
        )
    return lines.getvalue()


def _text(value: str) -> str:
    return escape(value, quote=False)
