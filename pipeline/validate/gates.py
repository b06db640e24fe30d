"""The gates: what may not be published, or not without a warning, whatever its records are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pipeline.errors import RunRefused, SourceError
from pipeline.model import Books, Issue
from pipeline.settings import Gates

FIRST_SHOWN: Final = 5  # violations or records that a refusal quotes


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one source came to in a run.

    `before` is how many entries its last harvest gave (0: none), `lost` how many published records
    this harvest no longer holds and the one before did, `unsettled` how many records have a title
    without a language. `partly` says that only changes were asked for, `same_rules` that mapping,
    vocabulary, settings and code are those of the last release. `lost_titles` are the first of the
    lost ones, `rejected_titles` of the rejected ones.
    """

    source: str
    books: Books
    before: int = 0
    lost: int = 0
    unsettled: int = 0
    partly: bool = False
    same_rules: bool = True
    lost_titles: tuple[str, ...] = ()
    rejected_titles: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What the gates say of a source: why it is refused (each reason), what is warned of."""

    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def judge(facts: Facts, gates: Gates) -> Verdict:
    """Hold the facts of a source against its gates (shares in percent)."""
    found = list(_judgements(facts, gates))
    return Verdict(
        tuple(text for refuses, text in found if refuses),
        tuple(text for refuses, text in found if not refuses),
    )


def _judgements(facts: Facts, gates: Gates) -> Iterator[tuple[bool, str]]:
    books = facts.books
    if not facts.partly and facts.before >= gates.least:
        fallen = 100 * (1 - books.extracted / facts.before)
        if fallen >= gates.fewer_warn:
            refuses = fallen >= gates.fewer
            limit = f"{gates.fewer if refuses else gates.fewer_warn:g} % (gates.fewer"
            text = (
                f"{books.extracted} entries came, {facts.before} the last time: {fallen:.0f} % "
                f"fewer, the gate is at {limit}{'' if refuses else '_warn'})"
            )
            yield refuses, text + _named("no longer there", facts.lost_titles)
    created = _share(books.created, books.extracted, gates)
    lost = _share(facts.lost, books.previous, gates)
    if min(created, lost) > gates.rekeyed:
        yield (
            True,
            (
                f"{books.created} entries are new and {facts.lost} are gone ({created:.0f} % and "
                f"{lost:.0f} %, the gate is at {gates.rekeyed:g} %, gates.rekeyed): the site "
                "seems to have given its entries new keys, and every IRI would break"
            ),
        )
    updated = _share(books.updated, books.updated + books.unchanged, gates)
    if updated > gates.updated and facts.same_rules:
        yield (
            False,
            (
                f"{books.updated} of {books.updated + books.unchanged} known entries have changed "
                f"({updated:.0f} %, warned of above {gates.updated:g} %, gates.updated): look "
                "at the changes in the report"
            ),
        )
    rejected = _share(books.rejected, books.extracted, gates)
    if rejected > gates.rejected:
        text = (
            f"{books.rejected} of {books.extracted} records break the rules ({rejected:.0f} %, the "
            f"gate is at {gates.rejected:g} %, gates.rejected)"
        )
        yield books.previous > 0, text + _named("rejected", facts.rejected_titles)
    unsettled = _share(facts.unsettled, books.extracted, gates)
    if unsettled > gates.unsettled:
        yield (
            False,
            (
                f"{facts.unsettled} of {books.extracted} records have a title whose language is "
                f"not settled ({unsettled:.0f} %, warned of above {gates.unsettled:g} %, "
                "gates.unsettled): see review.csv, and the source's 'languages'"
            ),
        )


def _share(part: int, whole: int, gates: Gates) -> float:
    """Return a share in percent; 0 of so few that a percentage means nothing."""
    return 100 * part / whole if whole >= max(gates.least, 1) else 0.0


def _named(what: str, titles: tuple[str, ...]) -> str:
    return f"; {what}: " + "; ".join(repr(one) for one in titles[:FIRST_SHOWN]) if titles else ""


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
