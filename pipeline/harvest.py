"""extract and clean for one source, in batches: records on disk, only their keys in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from pipeline.batch import Batch, abstract, clean_batch, made_of, read_batch
from pipeline.clean.keys import entry_key
from pipeline.drift import Found
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.extract.payloads import shown
from pipeline.kinds import OWN_KEY
from pipeline.link.identity import Identities, Keyed, Known, identify
from pipeline.model import HarvestNote, Issue, SourceRecord
from pipeline.remembered import memory_of
from pipeline.settings import Settings, Source, gates_of
from pipeline.workers import Workers

BATCH = 2000  # records cleaned together, at least; a page is never split
MOST_SHOWN = 300  # characters of why a harvest is not whole


class Harvest(msgspec.Struct):
    """What a source gave: cleaned batches on disk, a key an entry, what went wrong.

    `deleted` holds the keys of entries that the source says are deleted. `since` is set where only
    what changed since that moment was asked for, `drifted` where the layout seems to have changed.
    `broken_off` says what was not read, or why the source was not asked: entries that the harvest
    lacks may still be there.
    """

    source: Source
    batches: list[Path]
    entries: list[Keyed]
    issues: list[Issue]
    declared_total: int | None = None
    deleted: frozenset[str] = frozenset()
    since: str = ""
    note: HarvestNote = HarvestNote()
    drifted: str = ""
    broken_off: str = ""

    @property
    def is_complete(self) -> bool:
        """Say whether what this harvest does not hold is missing at the source."""
        enough = self.declared_total is None or len(self.entries) >= self.declared_total
        whole = not self.since and not self.broken_off and enough
        return self.source.is_complete and whole


class Circumstances(msgspec.Struct, frozen=True):
    """What a harvest goes by beside its settings: the run's clock, the last harvests, the web.

    `software` stands for the code and the packages (empty: nothing is remembered).
    """

    moment: str = ""
    notes: Mapping[str, HarvestNote] = {}
    offline: bool = False
    software: str = ""


ALONE = Circumstances()


def harvest(
    source: Source,
    settings: Settings,
    work: Path,
    workers: Workers,
    circumstances: Circumstances = ALONE,
) -> Harvest:
    """Extract and clean `source`; raises `SourceError` where it cannot be read.

    Batches are written to `work/<source name>/`. A shortfall against the declared total is an
    issue of the source.
    """
    folder = work / source.name
    folder.mkdir(parents=True)
    answer = Harvest(source, [], [], list(_unknowns(source)))
    from_store = source.is_live and circumstances.offline
    answer.broken_off = "the site was not asked (--offline)" if from_store else ""
    totals: list[int] = []
    deleted: dict[str, None] = {}
    last = circumstances.notes.get(source.name, HarvestNote())
    found = Found(last, circumstances.moment, source, gates_of(source, settings.catalogue))
    access = _access(source, settings, circumstances, found.since)
    thresholds, software = settings.catalogue.language, circumstances.software
    memory = memory_of(settings.output, source, thresholds, software)
    memory.begin()
    needed: set[bytes] = set()

    def batches() -> Iterator[Batch]:
        waiting: list[SourceRecord] = []
        for page in pages(source, access):
            answer.issues.extend(page.issues)
            if page.declared_total is not None:
                totals.append(page.declared_total)
            deleted.update(dict.fromkeys(page.deleted))
            answer.broken_off = answer.broken_off or page.broken_off
            found.add(page)
            waiting.extend(page.records)
            if len(waiting) >= BATCH:
                yield batch(tuple(waiting))
                waiting.clear()
        if waiting:
            yield batch(tuple(waiting))

    def batch(records: tuple[SourceRecord, ...]) -> Batch:
        answer.batches.append(folder / f"batch-{len(answer.batches):05}")
        return Batch(records, source, settings, answer.batches[-1], memory)

    for cleaned in workers.in_order(clean_batch, batches()):
        answer.entries.extend(cleaned.entries)
        needed.update(cleaned.remembered)
    if access.fetcher is not None:
        access.fetcher.finish()  # before drift: a site that is put right is asked anew
    answer.issues.extend(found.drift())
    answer.drifted = found.drifted()
    answer.declared_total = max(totals, default=None)
    if answer.declared_total is not None and len(answer.entries) != answer.declared_total:
        answer.issues.append(_shortfall(source, len(answer.entries), answer.declared_total))
    answer.deleted = frozenset(entry_key((OWN_KEY,), {OWN_KEY: [key]}) for key in deleted)
    if answer.broken_off and source.is_complete:
        answer.issues.append(_not_whole(source, answer.broken_off))
    answer.since, answer.note = found.partial_since, found.note()
    if from_store:
        answer.note = msgspec.structs.replace(answer.note, full=last.full)
    memory.keep(None if answer.since else needed, made_of(answer.batches))
    return answer


def _access(source: Source, settings: Settings, circumstances: Circumstances, since: str) -> Access:
    fetcher = None
    if source.is_live:
        from pipeline.extract.fetch import Fetcher

        fetcher = Fetcher(
            source, settings.catalogue, settings.output, offline=circumstances.offline
        )
    return Access(settings.folder / "input", settings.output / "payloads", fetcher, since)


def identities(
    harvested: Harvest,
    known: list[Known],
    previous_texts: Mapping[str, str],
    settled: Mapping[tuple[str, str], bool],
) -> Identities:
    """Find or mint the identifier of each entry; `previous_texts` maps known ids to abstracts."""

    def texts(indices: Collection[int]) -> dict[int, str]:
        wanted = set(indices)
        return {
            index: abstract(record)
            for index, record in enumerate(
                record for file in harvested.batches for record in read_batch(file)
            )
            if index in wanted
        }

    def known_texts(ids: Collection[str]) -> dict[str, str]:
        return {id_: previous_texts[id_] for id_ in ids if id_ in previous_texts}

    return identify(harvested.source.name, harvested.entries, known, texts, known_texts, settled)


def _unknowns(source: Source) -> Iterator[Issue]:
    """Yield what the source file does not say and people will ask for."""
    if not source.rights.licence:
        yield Issue(
            source.name, "", "extract", "rights", "", "warning",
            "It is not known what may be done with this source's metadata: state its licence in "
            f"{source.place}, [rights] licence = \"https://…\".",
        )  # fmt: skip
    if not source.homepage:
        yield Issue(
            source.name, "", "extract", "source", "", "info",
            "The records do not say where they were taken from: state the listing's address in "
            f"{source.place}, homepage = \"https://…\".",
        )  # fmt: skip


def _not_whole(source: Source, reason: str) -> Issue:
    return Issue(
        source.name, "", "extract", "", shown(reason), "info",
        "This harvest does not count for deletions: what it lacks may still be at the source, as "
        f"not all of it was read ({shown(reason, MOST_SHOWN)}).",
    )  # fmt: skip


def _shortfall(source: Source, extracted: int, declared: int) -> Issue:
    fewer = extracted < declared
    return Issue(
        source.name, "", "extract", "", f"{extracted} of {declared}", "warning",
        f"The source says it has {declared} entries, {extracted} were found. "
        + ("Save the pages that are missing, or check the selectors."
           if fewer else "Check whether something else was taken for entries."),
    )  # fmt: skip
