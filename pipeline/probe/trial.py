"""A proposal, tried: the first records that its source gives, and what they say of the source."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import msgspec

from pipeline.clean.licences import is_licence, read_licence
from pipeline.errors import SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.link.concepts import Labels
from pipeline.model import Issue, Page, SourceRecord
from pipeline.probe.keys import find_key, key_comment
from pipeline.probe.languages import find_languages
from pipeline.probe.proposal import Proposal, Seen, trial_source
from pipeline.probe.sample import Sample

LOOKED_AT = 100
"""Records that are looked at."""

MOST_PAGES = 2
"""Pages of a live listing that are read: the second shows that pages are turned."""

LONGEST_TRIAL = 10.0
"""Seconds after which no further page is asked for, once there are enough records."""

MOST_RECORDS = 50_000
"""Records of saved files that are read on for."""

EVERY = 50
"""Of the records beyond those looked at, each so many-th is kept, for its language and type."""

LEAST_TITLED = 0.6
MOST_LABELS = 40
NAME = "probe"


class Trial(msgspec.Struct):
    """What the source of a proposal gave.

    `records` are the first ones, `further` some of those behind them; `count` is how many were
    read, `total` how many the source says it has.
    """

    records: list[SourceRecord]
    issues: list[Issue]
    further: list[SourceRecord] = []
    count: int = 0
    total: int | None = None

    @property
    def titled(self) -> float:
        """Return the share of the records that have a title."""
        with_title = sum(bool(record.fields.get("title")) for record in self.records)
        return with_title / max(1, len(self.records))


def try_out(proposal: Proposal, sample: Sample, access: Access | None = None) -> Trial:
    """Return the first records of a proposal's source; pages that cannot be turned are left out.

    Raises `CataloomError` where its first page gives none, `SourceError` where they lack titles.
    """
    source = trial_source(proposal, NAME, (proposal.language[:2].lower() or "en",)
                          if proposal.language[:2].isalpha() else ("en",))  # fmt: skip
    trial = Trial([], [])
    began = time.monotonic()
    try:
        for number, page in enumerate(pages(source, access or sample.access), 1):
            _take(trial, page)
            enough = trial.count >= (LOOKED_AT if source.is_live else MOST_RECORDS)
            late = trial.count >= LOOKED_AT and time.monotonic() - began > LONGEST_TRIAL
            if enough or late or (source.is_live and number >= MOST_PAGES):
                break
    except SourceError as error:
        if not trial.records:
            raise
        proposal.notes.append(
            f"The next page could not be read ({error}); check how pages are turned."
        )
        proposal.paging.clear()
        if "html" in proposal.tables:
            proposal.tables["html"] = [
                line for line in proposal.tables["html"] if line.key != "next"
            ]
    if trial.titled < LEAST_TITLED:
        raise SourceError(
            f"{len(trial.records)} records were found, but only {trial.titled:.0%} have a title",
            where=sample.payload.name, expected="a listing of titled entries",
        )  # fmt: skip
    return trial


def _take(trial: Trial, page: Page) -> None:
    room = LOOKED_AT - len(trial.records)
    trial.records.extend(page.records[:room])
    trial.further.extend(page.records[room::EVERY])
    if len(trial.issues) < LOOKED_AT:
        trial.issues.extend(page.issues)
    trial.count += len(page.records)
    trial.total = trial.total or page.declared_total


def drop_unfound(proposal: Proposal, trial: Trial) -> None:
    """Take the fields out of a proposal that no record has."""
    found = {name for record in trial.records for name in record.fields} | {"id"}
    for table, lines in proposal.tables.items():
        if table.endswith(".fields"):
            proposal.tables[table] = [line for line in lines if line.off or line.key in found]


def see(proposal: Proposal, trial: Trial, labels: Labels) -> Seen:
    """Return what the records say of the source: languages, key, type labels, licences."""
    records = trial.records
    languages = find_languages([*records, *trial.further], proposal.language)
    key = proposal.key or find_key(records, proposal.kind)
    counts = Counter(
        " ".join(label.split())
        for record in (*records, *trial.further)
        for label in record.fields.get("type", ())
    )
    seen_labels = tuple(label for label, _ in counts.most_common(MOST_LABELS) if label)
    licences = {
        iri
        for record in records
        for value in record.fields.get("licence", ())
        if (iri := read_licence(value)) and is_licence(iri)
    }
    return Seen(
        languages=languages,
        languages_why=_languages_why(languages, len(records) + len(trial.further)),
        key=key,
        key_why=key_comment(key, records) if key else "The source's own key tells entries apart.",
        labels=seen_labels,
        unknown_labels=tuple(label for label in seen_labels if not labels.find(label)),
        licences=tuple(sorted(licences)),
    )


def _languages_why(languages: Sequence[str], count: int) -> str:
    if not languages:
        return (
            "No language could be told: say which ones the titles and abstracts are in, the most "
            "used first."
        )
    return f"As found in {count} records, the most used first: add those that are missing."
