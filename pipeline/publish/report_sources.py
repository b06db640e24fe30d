"""The report's section on what came: a line a source, and the books."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.publish.markup import Markup, element, join
from pipeline.publish.report_data import SourceReport
from pipeline.publish.report_parts import badge, count, external, section, table
from pipeline.release import imbalance

MOST_SOURCES = 300


def sources_section(sources: Sequence[SourceReport]) -> Markup:
    """Return what each source gave, what it lacks, and whether its accounts balance."""
    shown = sources[:MOST_SOURCES]
    heads = ("Source", "Came", "Created", "Updated", "Unchanged", "Rejected", "Aside", "Deleted")
    rows = [
        [
            join([external(source.title or source.name, source.homepage), _notes(source)]),
            *(
                count(number)
                for number in (
                    source.books.extracted,
                    source.books.created,
                    source.books.updated,
                    source.books.unchanged,
                    source.books.rejected,
                    source.books.merged + source.books.excluded,
                    source.books.deleted,
                )
            ),
        ]
        for source in shown
    ]
    return section(
        "sources",
        "What came",
        table(
            "What each source gave, and what became of it; aside are merged and excluded ones",
            heads,
            rows,
        ),
        _cut(len(sources), len(shown)),
        element("h3", "The books"),
        element("ul", *(element("li", _books(source)) for source in shown), class_="plain books"),
    )


def _notes(source: SourceReport) -> Markup:
    notes: list[Markup] = []
    if source.failed:
        notes.append(element("p", badge("failed", "bad"), " ", source.failed, class_="note"))
    declared = source.books.declared_total
    missing = declared - source.books.extracted if declared is not None else 0
    if missing:
        words = f"{missing:,} are missing" if missing > 0 else f"{-missing:,} more than that"
        notes.append(
            element(
                "p",
                badge("shortfall" if missing > 0 else "surplus", "warn"),
                f" It declares {declared:,}; {source.books.extracted:,} came: {words}.",
                class_="note",
            )
        )
    return join(notes)


def _books(source: SourceReport) -> Markup:
    books = source.books
    wrong = imbalance(books)
    came = _sum(
        f"{books.extracted:,} came",
        created=books.created,
        updated=books.updated,
        unchanged=books.unchanged,
        merged=books.merged,
        excluded=books.excluded,
        rejected=books.rejected,
    )
    before = _sum(
        f"{books.previous:,} before",
        updated=books.updated,
        unchanged=books.unchanged,
        kept=books.kept,
        deleted=books.deleted,
        merged_away=books.merged_away,
        newly_excluded=books.newly_excluded,
    )
    sign = badge("do not balance", "bad") if wrong else badge("balance", "good")
    return join(
        [
            element("strong", source.name),
            " ",
            sign,
            f" {came} {before}{f' {wrong.capitalize()}.' if wrong else ''}",
        ]
    )


def _sum(total: str, **parts: int) -> str:
    terms = [f"{number:,} {name.replace('_', ' ')}" for name, number in parts.items() if number]
    return f"{total} = {' + '.join(terms)}." if terms else f"{total}."


def _cut(total: int, shown: int) -> Markup:
    if total <= shown:
        return Markup("")
    return element("p", f"{shown:,} of {total:,} sources are shown.", class_="note")
