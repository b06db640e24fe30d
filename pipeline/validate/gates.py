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

    `before` is how many entries its last harvest gave (0: none), `rejected_before` how many of them
    were rejected. `lost` counts the published records that this harvest no longer holds and the one
    before did, `said` those of them that the source says are deleted. `paired` counts the new
    entries that have the title of a lost record, `unsettled` records with a title of no language.
    `partly` says that only changes were asked for, `same_rules` that mapping, vocabulary, settings
    and code are those of the last release. `drifted` says how the layout seems to have changed,
    `lost_titles` are the first of the lost records, `rejected_titles` of the rejected ones.
    """

    source: str
    books: Books
    before: int = 0
    rejected_before: int = 0
    lost: int = 0
    said: int = 0
    paired: int = 0
    unsettled: int = 0
    partly: bool = False
    same_rules: bool = True
    drifted: str = ""
    lost_titles: tuple[str, ...] = ()
    rejected_titles: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True):
    """What the gates say of a source: why it is refused (each reason), what is warned of.

    `kinds` names the gates that refuse it, and what they are about.
    """

    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


Judgement = tuple[bool, str]  # it refuses (else it warns), and what is wrong


def judge(facts: Facts, gates: Gates) -> Verdict:
    """Hold the facts of a source against its gates (shares in percent)."""
    return verdict_of(
        ((gate.__name__.strip("_"),), judgement)
        for gate in GATES
        for judgement in gate(facts, gates)
    )


def verdict_of(judgements: Iterable[tuple[tuple[str, ...], Judgement]]) -> Verdict:
    """Return refusals and warnings apart; of each judgement it is said what it is about."""
    found = list(judgements)
    return Verdict(
        tuple(text for _, (refuses, text) in found if refuses),
        tuple(text for _, (refuses, text) in found if not refuses),
        tuple(kind for kinds, (refuses, _) in found if refuses for kind in kinds),
    )


def _drift(facts: Facts, _: Gates) -> Iterator[Judgement]:
    if facts.drifted:
        yield True, facts.drifted


def _fewer(facts: Facts, gates: Gates) -> Iterator[Judgement]:
    came, before, previous = facts.books.extracted, facts.before, facts.books.previous
    fallen = 0.0 if facts.partly else share(before - came, before, gates)
    said = share(facts.said, previous, gates)
    most = max(fallen, said)
    if most <= 0 or most < min(gates.fewer_warn, gates.fewer):
        return
    refuses = most >= gates.fewer
    limit = f"{gates.fewer:g} % (gates.fewer)"
    if not refuses:
        limit = f"{gates.fewer_warn:g} % (gates.fewer_warn)"
    if fallen >= said:
        text = f"{came} entries came, {before} the last time: {fallen:.0f} % fewer"
    else:
        text = (
            f"the source says that {facts.said} of its {previous} entries are deleted, {said:.0f} %"
        )
    yield refuses, f"{text}, the gate is at {limit}" + named("no longer there", facts.lost_titles)


def is_rekeyed(facts: Facts, gates: Gates) -> bool:
    """Say whether too many entries are new, and too many known ones gone, for another harvest."""
    return min(_new_and_lost(facts, gates)) > gates.rekeyed


def _new_and_lost(facts: Facts, gates: Gates) -> tuple[float, float]:
    books = facts.books
    created = share(books.created, books.extracted, gates)
    return created, share(facts.lost, books.previous, gates)


def _rekeyed(facts: Facts, gates: Gates) -> Iterator[Judgement]:
    if not is_rekeyed(facts, gates):
        return
    created, lost = _new_and_lost(facts, gates)
    text = (
        f"{facts.books.created} entries are new and {facts.lost} are gone ({created:.0f} % and "
        f"{lost:.0f} %, the gate is at {gates.rekeyed:g} %, gates.rekeyed): "
    )
    if facts.paired:
        text += "the site seems to have given its entries new keys, and every IRI would break"
    else:
        text += (
            "no new entry has the title of one that is gone, so these look like other entries "
            "than before"
        )
    yield True, text


def _updated(facts: Facts, gates: Gates) -> Iterator[Judgement]:
    known = facts.books.updated + facts.books.unchanged
    updated = share(facts.books.updated, known, gates)
    if updated > gates.updated:
        why = "" if facts.same_rules else "the ontology, the settings or the software changed too; "
        yield (
            False,
            f"{facts.books.updated} of {known} known entries have changed ({updated:.0f} %, "
            f"warned of above {gates.updated:g} %, gates.updated): {why}look at the changes in "
            "the report",
        )


def _rejected(facts: Facts, gates: Gates) -> Iterator[Judgement]:
    books = facts.books
    rejected = share(books.rejected, books.extracted, gates)
    if rejected <= gates.rejected:
        return
    before = share(facts.rejected_before, facts.before, gates)
    more = facts.partly or books.rejected > facts.rejected_before
    is_worse = more and rejected > before + gates.rejected
    text = (
        f"{books.rejected} of {books.extracted} records break the rules ({rejected:.0f} %, the "
        f"gate is at {gates.rejected:g} %, gates.rejected"
    )
    if facts.rejected_before:
        text += (
            f"; the last time {facts.rejected_before} of {facts.before}, and it is refused above "
            "that share and as many points more"
        )
    yield is_worse and books.previous > 0, f"{text})" + named("rejected", facts.rejected_titles)


def _unsettled(facts: Facts, gates: Gates) -> Iterator[Judgement]:
    unsettled = share(facts.unsettled, facts.books.extracted, gates)
    if unsettled > gates.unsettled:
        yield (
            False,
            f"{facts.unsettled} of {facts.books.extracted} records have a title whose language is "
            f"not settled ({unsettled:.0f} %, warned of above {gates.unsettled:g} %, "
            "gates.unsettled): see review.csv, and the source's 'languages'",
        )


GATES: Final = (_drift, _fewer, _rekeyed, _updated, _rejected, _unsettled)


def share(part: int, whole: int, gates: Gates) -> float:
    """Return a share in percent; 0 of so few that a percentage means nothing."""
    return 100 * part / whole if whole >= max(gates.least, 1) else 0.0


def named(what: str, titles: tuple[str, ...]) -> str:
    """Return the first titles as the end of a message, or an empty text."""
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
