"""`report.html`: what happened, for people; one file without scripts and without the network."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from pathlib import Path

from pipeline.model import Books
from pipeline.publish.artefact import Artefact, write_lines
from pipeline.publish.figures import NO_VALUE, Figures
from pipeline.publish.markup import Markup, element, join
from pipeline.publish.report_changes import changes_section, held_section, repairs_section
from pipeline.publish.report_charts import charts_section
from pipeline.publish.report_data import ReportData
from pipeline.publish.report_parts import section
from pipeline.publish.report_questions import people_section, quarantine_section
from pipeline.publish.report_sources import sources_section
from pipeline.vocabulary import Vocabulary, label, language_iri

REPORT_FILE = "report.html"


def write_report(folder: Path, data: ReportData) -> Artefact:
    """Write `report.html` into `folder`; raises `OutputError`."""
    return write_lines(folder / REPORT_FILE, [report(data).encode()])


def names_of(figures: Figures, vocabulary: Vocabulary, language: str = "en") -> dict[str, str]:
    """Return the names of the types (by IRI) and languages (by tag) that `figures` counts."""
    names = {iri: label(vocabulary, iri, language) for iri in figures.types if iri}
    for tag in figures.languages:
        iri = language_iri(vocabulary, tag) if tag else ""
        name = label(vocabulary, iri, language) if iri else ""
        names[tag] = tag if name in ("", iri) else f"{name} ({tag})"
    names.pop(NO_VALUE, None)
    return names


def report(data: ReportData) -> str:
    """Return the report as an HTML document; the same data gives the same text."""
    totals = _totals(data)
    sections = [
        _headline(data, totals),
        sources_section(data.sources),
        changes_section(data.changes, totals),
        *([held_section(data.held, data.held_counts)] if data.held else []),
        repairs_section(data.figures),
        people_section(data),
        quarantine_section(data.rejected, totals.rejected),
        charts_section(data.figures, data.names),
        _files(data),
    ]
    style = resources.files("pipeline.publish").joinpath("report.css").read_text("utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{data.title}: report of {data.release}"),
        element("style", Markup(style)),
    )
    foot = element("footer", f"Cataloom {data.version}, release {data.release or 'none'}")
    body = element("body", _top(data), element("main", *sections, id="content"), foot)
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _totals(data: ReportData) -> Books:
    summed = {
        field: sum(getattr(source.books, field) for source in data.sources)
        for field in Books.__struct_fields__
        if field != "declared_total"
    }
    return Books(**summed)


def _top(data: ReportData) -> Markup:
    links = [
        ("sources", "What came"),
        ("changes", "What changed"),
        ("repairs", "What was repaired"),
        ("people", "What needs a person"),
        ("rejected", "Rejected"),
        ("figures", "The catalogue"),
        ("files", "Files"),
    ]
    return join(
        [
            element("a", "Skip to the report", href="#content", class_="skip"),
            element(
                "header",
                element("p", f"Report of the run of {_moment(data.clock)}", class_="kicker"),
                element("h1", element("bdi", data.title)),
                element(
                    "nav",
                    element(
                        "ul",
                        *(element("li", element("a", text, href=f"#{to}")) for to, text in links),
                    ),
                    aria_label="Sections",
                ),
            ),
        ]
    )


def _moment(clock: str) -> str:
    """Return `24 November 2026, 19:00 UTC`; a clock reading that is none is shown as it is."""
    try:
        moment = datetime.fromisoformat(clock)
    except ValueError:
        return clock
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _headline(data: ReportData, totals: Books) -> Markup:
    waiting = data.review_count + data.worklist_count
    tiles = [
        (data.figures.records, "records in the catalogue", ""),
        (totals.created, "created", "good"),
        (totals.updated, "updated", ""),
        (totals.deleted, "deleted", ""),
        (data.figures.repaired_records, "repaired", "good"),
        (totals.rejected, "rejected", "bad" if totals.rejected else ""),
        (waiting, "questions for a person", "warn" if waiting else ""),
    ]
    if data.triples:
        tiles.insert(1, (data.triples, "triples", ""))
    return element(
        "section",
        element("p", _outcome(data), class_=f"outcome {data.outcome}", role="status"),
        element("p", data.outcome_text, class_="reason") if data.outcome_text else "",
        element(
            "dl",
            *(
                element(
                    "div",
                    element("dt", text),
                    element("dd", f"{number:,}"),
                    class_=f"tile {kind}".strip(),
                )
                for number, text, kind in tiles
            ),
            class_="tiles",
        )
        if data.outcome != "failed"  # before there was anything to count
        else "",
        aria_label="In short",
    )


def _outcome(data: ReportData) -> str:
    after = f" It follows {data.previous}." if data.previous else " It is the first."
    stays = f"Release {data.release} stays." if data.release else "Nothing is published yet."
    return {
        "published": f"Release {data.release} is published.{after}",
        "partial": f"Release {data.release} is published, but not every source took part.{after}",
        "unchanged": f"Nothing changed. {stays}",
        "planned": f"This is a plan: nothing was published. {stays}",
        "refused": f"The run was refused. {stays}",
        "failed": f"The run failed. {stays}",
    }[data.outcome]


def _files(data: ReportData) -> Markup:
    files = [
        ("changes.jsonl", "every record created, updated or deleted"),
        ("issues.csv", "every issue"),
        ("review.csv", "the questions for a person; fill in the last column, then cataloom decide"),
        ("worklist.csv", "labels that no concept carries"),
        ("quarantine.jsonl", "rejected records, whole, with their issues"),
        ("provenance.nt.gz", "where every record stood and what was changed in it"),
    ]
    return section(
        "files",
        "Where all of it is",
        element("p", "This page shows the first of each list. The whole lists stand beside it:"),
        element(
            "ul",
            *(element("li", element("a", name, href=name), f": {text}") for name, text in files),
        ),
        element("p", "The catalogue's base is ", element("code", data.base), ".", class_="note"),
    )
