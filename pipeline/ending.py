"""How a run ends: what it set out to do, what came of it, the manifest, the last run's notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline import release
from pipeline.errors import CataloomError, RunRefused
from pipeline.fingerprint import versions
from pipeline.last_run import FOLDER, PLAN_FOLDER, LastRun, copy_told, keep_last_run, note_last_run
from pipeline.manifest import Manifest, Traits, read_manifest, still_published
from pipeline.model import Books, HarvestNote
from pipeline.runs import CATALOGUE
from pipeline.settings import Settings, Source

# The stages are imported where the run has something to tell: a run without changes ends before.
if TYPE_CHECKING:
    from pipeline.assemble import Made
    from pipeline.held_files import Held
    from pipeline.job import Tools

PARTIAL_FAILURE, DAMAGED = 3, 7

Tell = Callable[[str], None]


class Failed(dict[str, str]):
    """Why each source gave nothing, or the catalogue as a whole; `kinds` says what kinds it is."""

    def __init__(self) -> None:
        """Begin with nothing that failed."""
        super().__init__()
        self.kinds: dict[str, tuple[str, ...]] = {}

    def note(self, key: str, error: CataloomError) -> None:
        """Note an error."""
        self[key], self.kinds[key] = str(error), error.kinds

    def take(self, refused: Mapping[str, str], kinds: Mapping[str, tuple[str, ...]]) -> None:
        """Note what was refused."""
        self.update(refused)
        self.kinds.update(kinds)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended: `kind` is published, partial, unchanged or planned.

    `release` is the current release's id, `failed` the message of each source that failed or was
    refused, `kinds` of what kinds that is, `sources` those that were to be read at their place,
    `folder` where the report and the issues of this run are; with `is_known` people had been told
    before of all that failed.
    """

    kind: str
    exit_code: int
    release: str
    books: dict[str, Books]
    folder: Path
    failed: dict[str, str] = {}
    kinds: dict[str, tuple[str, ...]] = {}
    sources: tuple[str, ...] = ()
    is_known: bool = False


class Plan(msgspec.Struct, frozen=True):
    """What a run works with: what is asked of it, and what stands already.

    `accepted` is the refused run whose harvests are published now, for a person's `reason`;
    `target` the older release whose content is published again. `again` asks for a release that is
    made wholly anew, even where nothing has changed. `warn` takes what is not in order.
    """

    settings: Settings
    selected: tuple[Source, ...]
    jobs: int
    tell: Tell
    now: datetime
    previous: Manifest | None
    digests: dict[str, str]
    fingerprint: str
    offline: bool = False
    publishes: bool = True
    accepted: Held | None = None
    reason: str = ""
    target: Path | None = None
    again: bool = False
    warn: Tell = lambda _: None


def manifest_of(
    plan: Plan, made: Made, identifier: str, records: int, triples: int, failed: Failed
) -> Manifest:
    """Return the manifest of the release in the making, but for its files."""
    job, previous, sources = made.job, plan.previous, plan.settings.sources
    left = still_published(job.left, made.books)
    return Manifest(
        id=identifier,
        number=job.number,
        base=plan.settings.catalogue.base,
        keys={**_kept_keys(plan, left), **{one.name: one.keyed_by for one in sources}},
        sources={one.name: Traits.of(one) for one in (*sources, *left)},
        datestamps=(*job.datestamps, job.moment),
        switches=(
            *(previous.switches if previous else ()),
            release.stamp(max(release.clock(), datetime.fromisoformat(job.moment))),
        ),
        fingerprint="" if failed else plan.fingerprint,
        books=made.books,
        records=records,
        parts=len(made.findings.results),
        triples=triples,
        failed=failed,
        versions=versions(),
        digests=plan.digests,
        harvests=_harvest_notes(plan, made, (*sources, *left)),
        payloads=tuple(sorted(frozenset().union(*(one.payloads for one in made.findings.results)))),
        rolled_back_to=plan.target.name if plan.target else "",
        accepted={**plan.accepted.reasons, plan.accepted.run: plan.reason} if plan.accepted else {},
        next_look=min(filter(None, (one.next_look for one in made.findings.results)), default=""),
    )


def _kept_keys(plan: Plan, left: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """Return the key fields of sources that are gone, and whose records are still published."""
    keys = plan.previous.keys if plan.previous else {}
    return {one.name: keys[one.name] for one in left if one.name in keys}


def _harvest_notes(plan: Plan, made: Made, sources: Iterable[Source]) -> dict[str, HarvestNote]:
    """Return what each source's last harvest leaves, that of this run or of one before it."""
    if plan.target is not None:  # the content is older than what the last harvest counted
        before = read_manifest(plan.target).harvests
    else:
        before = plan.previous.harvests if plan.previous else {}
    notes = {**before, **made.notes}
    return {one.name: notes[one.name] for one in sources if one.name in notes}


def end(plan: Plan, made: Made, kind: str, identifier: str, failed: Failed, told: Path) -> Outcome:
    """Keep what was told as the last run's, and return how it ended."""
    kind = "partial" if failed else kind
    exit_code = DAMAGED if CATALOGUE in failed else PARTIAL_FAILURE if failed else 0
    folder = keep(plan, told, kind, exit_code, failed, identifier)
    return Outcome(
        kind=kind,
        exit_code=exit_code,
        release=identifier,
        books=made.books,
        folder=folder,
        failed=failed,
        kinds=failed.kinds,
        sources=asked(plan),
    )


def keep(
    plan: Plan, told: Path, kind: str, exit_code: int, failed: Failed, identifier: str = ""
) -> Path:
    """Keep what a run told (files in the folder `told`) as the last run; return where it is."""
    last = LastRun(
        clock=release.stamp(plan.now),
        outcome=kind,
        exit_code=exit_code,
        release=identifier or (plan.previous.id if plan.previous else ""),
        fingerprint="" if exit_code else plan.fingerprint,
        failed=failed,
        kinds=failed.kinds,
    )
    return keep_last_run(plan.settings.output, told, last)


def unchanged(plan: Plan, previous: Manifest, *, looked: bool = True) -> Outcome:
    """End a run whose input, settings and code are those of the last one.

    Where that was a rollback nobody has `looked` at the sources, and nothing is said of them.
    """
    last = LastRun(
        clock=release.stamp(plan.now),
        outcome="unchanged",
        exit_code=0,
        release=previous.id,
        fingerprint=plan.fingerprint,
    )
    note_last_run(plan.settings.output, last)
    return Outcome(
        kind="unchanged", exit_code=0, release=previous.id, books=previous.books,
        folder=plan.settings.output / FOLDER,
        sources=asked(plan) if looked else (),
    )  # fmt: skip


def planned(plan: Plan, made: Made, failed: Failed, told: Path, refused: int = 0) -> Outcome:
    """End a run that only shows what would change; the last run's notes stay as they are.

    `refused` is the exit code of a run that would be refused.
    """
    folder = copy_told(told, plan.settings.output / PLAN_FOLDER)
    return Outcome(
        kind="planned",
        exit_code=refused or (PARTIAL_FAILURE if failed else 0),
        release=plan.previous.id if plan.previous else "",
        books=made.books,
        folder=folder,
        failed=failed,
        sources=asked(plan),
    )


def asked(plan: Plan) -> tuple[str, ...]:
    """Return the sources of which the run can say how they are: offline none that is on the web."""
    return tuple(one.name for one in plan.selected if not (plan.offline and one.is_live))


def tell_refusal(plan: Plan, made: Made, tools: Tools, failed: Failed, error: RunRefused) -> None:
    """Keep what a refused run found; what was published stays."""
    from pipeline.telling import Told, tell

    stays = plan.previous.id if plan.previous else ""
    told = Told(
        outcome="refused", release=stays, previous=stays, text=str(error), failed=failed,
        books=made.books,
    )  # fmt: skip
    tell(made.job, tools, made.findings, told, made.job.work)
    if plan.publishes:
        keep(plan, made.job.work, "refused", error.exit_code, failed)
