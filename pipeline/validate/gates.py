"""The gates: what may not be published at all, whatever its records are like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pipeline.errors import RunRefused, SourceError
from pipeline.model import Books, Issue

FIRST_SHOWN: Final = 5  # violations that a refusal quotes


def gate_results(source: str, issues: Iterable[Issue], most_results: int) -> None:
    """Refuse a source whose violations reach `most_results`, by raising `SourceError`.

    So many have one cause (a mapping, a vocabulary, a page of another site), which nobody finds in
    a thousand lines of a report; the first are shown.
    """
    violations = [issue for issue in issues if issue.severity == "violation"]
    if len(violations) < most_results:
        return
    shown = "; ".join(
        f"{issue.identifier or 'the catalogue'}, {issue.property or 'the whole'}: {issue.message}"
        for issue in violations[:FIRST_SHOWN]
    )
    raise SourceError(
        f"{most_results} or more values break the rules, so that nothing of this source is taken "
        f"up. The first: {shown}",
        where=f"source {source}" if source else "the catalogue",
        expected=f"fewer than {most_results} violations (most_results in catalogue.toml)",
        next_step="look for one cause: the selectors of the source, the ontology, the mapping",
    )


def gate_publication(books: Mapping[str, Books]) -> None:
    """Refuse to publish a catalogue without any record, by raising `RunRefused`.

    `books` are the accounts of each source in this run.
    """
    published = sum(
        account.created + account.updated + account.unchanged + account.kept
        for account in books.values()
    )
    if published:
        return
    rejected = sum(account.rejected for account in books.values())
    gone = sum(account.deleted for account in books.values())
    if rejected:
        reason = f"all {rejected} records were rejected"
        step = "see quarantine.jsonl in output/last-run for what is wrong with each"
    elif gone:
        reason = f"the last {gone} records were deleted"
        step = "check that the sources are what they were"
    else:
        reason = "no source gave a record"
        step = "check location and selectors of the sources (docs/sources.md)"
    raise RunRefused(
        f"nothing is left to publish: {reason}",
        where=", ".join(sorted(books)) or "input",
        expected="at least one record",
        next_step=step,
    )
