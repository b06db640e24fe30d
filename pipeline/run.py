"""The whole flow: the only place that knows the order of the stages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline import release
from pipeline.aside import RELEASES
from pipeline.ending import (
    Failed,
    Outcome,
    Plan,
    Tell,
    end,
    manifest_of,
    planned,
    tell_refusal,
    unchanged,
)
from pipeline.errors import ReleaseError, RunRefused, show_path
from pipeline.fingerprint import are_same_rules, digests, fingerprint
from pipeline.last_run import LastRun, read_last_run
from pipeline.model import Books, Issue
from pipeline.preconditions import refuse_moved_iris, select_sources
from pipeline.release import Manifest
from pipeline.settings import Settings

# The stages are imported where the run has something to do: a run without changes ends before.
if TYPE_CHECKING:
    from pipeline.assemble import Findings, Made
    from pipeline.job import Tools

WORK = ".work"


def run_catalogue(
    settings: Settings,
    *,
    sources: Sequence[str] = (),
    jobs: int = 0,
    offline: bool = False,
    publishes: bool = True,
    require_previous: bool = False,
    tell: Tell = lambda _: None,
) -> Outcome:
    """Harvest the sources and publish a release if anything changed.

    `sources` selects some by name (none: all), `jobs` is the number of processes (0: one a core);
    `offline` reads from the payload store what it would ask the web for; a run that does not
    publish (`publishes`) tells what would change. `require_previous` refuses to begin where nothing
    is published, as a run on a machine that lost its state would. `tell` takes a line on what is
    being done.

    Raises what `pipeline.errors` lists; whatever is raised, what was published before stays.
    """
    selected = select_sources(settings, sources)
    now = release.clock()
    with release.locked(settings.output), _disk_errors_explained(settings.output):
        previous = release.previous_manifest(settings.output)
        if require_previous and previous is None:
            raise RunRefused(
                "there is no previous state, and --require-previous asks for one",
                where=show_path(settings.output),
                expected="a release to go on from",
                next_step="take it up from where it is published: cataloom restore DIR|URL",
            )
        refuse_moved_iris(settings, previous)
        parts = digests(settings)
        print_ = fingerprint(parts, tuple(sorted(sources)))
        plan = Plan(
            settings, selected, jobs, tell, now, previous, parts, print_, offline, publishes
        )
        if previous and publishes and not _must_look(plan, previous):
            last = read_last_run(settings.output)
            if print_ in _known_fingerprints(previous, last):
                return unchanged(plan, previous)
        return _make_release(plan)


def accept_run(settings: Settings, run: str, reason: str, *, jobs: int = 0) -> Outcome:
    """Publish exactly what the refused `run` made, for a person's `reason`, without a harvest.

    Raises what `run_catalogue` does, and `SettingsError` or `RunRefused` where that run is not held
    or the catalogue has gone on since.
    """
    from pipeline.held import read_held

    now = release.clock()
    with release.locked(settings.output), _disk_errors_explained(settings.output):
        previous = release.previous_manifest(settings.output)
        parts = digests(settings)
        held = read_held(settings, run, previous.id if previous else "", parts)
        selected = select_sources(settings, tuple(held.refused))
        plan = Plan(
            settings, selected, jobs, lambda _: None, now, previous, parts, "",
            accepted=held, reason=reason,
        )  # fmt: skip
        return _make_release(plan)


def roll_back(settings: Settings, identifier: str = "", *, jobs: int = 0) -> Outcome:
    """Publish the content of an older release (default: the one before the current) as a new one.

    Its records are linked, mapped and validated by today's rules. Raises what `run_catalogue` does,
    and `ReleaseError` for a release that is not kept.
    """
    from pipeline.diff import chosen

    now = release.clock()
    with release.locked(settings.output), _disk_errors_explained(settings.output):
        target, current = chosen(settings.output, identifier, "")
        if target == current:
            raise ReleaseError(
                f"{target.name} is the current release",
                where=show_path(settings.output / "current"),
                expected="an older one",
                next_step="cataloom releases lists them",
            )
        previous = release.previous_manifest(settings.output)
        refuse_moved_iris(settings, previous)
        parts = digests(settings)
        plan = Plan(
            settings, (), jobs, lambda _: None, now, previous, parts, fingerprint(parts),
            target=target,
        )  # fmt: skip
        return _make_release(plan)


def _must_look(plan: Plan, previous: Manifest) -> bool:
    """Say whether equal fingerprints tell nothing: the web is read, or a deletion may fall due."""
    live = any(source.is_live for source in plan.selected)
    return live or bool(previous.next_look and release.stamp(plan.now) >= previous.next_look)


def _known_fingerprints(previous: Manifest, last: LastRun | None) -> set[str]:
    """Return the fingerprints with which a run would give what is current."""
    found = {previous.fingerprint}
    if last is not None and last.release == previous.id:
        found.add(last.fingerprint)
    return found


def _make_release(plan: Plan) -> Outcome:
    from pipeline.workers import rarely_collecting

    with rarely_collecting():
        return _take_every_step(plan)


def _take_every_step(plan: Plan) -> Outcome:
    """Take every step from the sources to the switch."""
    from pipeline.assemble import Findings, Made
    from pipeline.assign import read_previous
    from pipeline.check import refuse_findings
    from pipeline.job import Job, prepare
    from pipeline.retention import prune
    from pipeline.validate import gate_publication
    from pipeline.workers import Workers
    from pipeline.working import harvest_all, work_on_harvests, work_on_release

    settings, previous = plan.settings, plan.previous
    if problem := release.clock_problem(plan.now, previous):
        plan.tell(problem)
    moment = release.stamp(release.next_moment(plan.now, previous))
    kept = settings.output / RELEASES
    while (kept / release.release_id(moment)).exists():  # a dead run's, not current
        moment = release.stamp(datetime.fromisoformat(moment) + timedelta(seconds=1))
    partial = release.begin(settings.output, release.release_id(moment))
    try:
        refuse_findings(settings)
        job = Job(
            settings=settings,
            number=previous.number + 1 if previous else 1,
            moment=moment,
            datestamps=previous.datestamps if previous else (),
            work=partial / WORK,
            fingerprint=plan.fingerprint,
            before=_made_by_same_rules(plan),
        )
        tools = prepare(job)
        before = read_previous(
            release.current(settings.output) if previous else None,
            by_same_rules=job.before is not None,
        )
        failed: Failed = {}
        refused: Failed = {}
        findings = Findings(number=job.number)
        books: dict[str, Books] = {}
        try:
            with Workers(plan.jobs) as workers:
                if plan.target is not None:
                    made = work_on_release(
                        plan, job, plan.target, release.current(settings.output), workers
                    )
                else:
                    harvests = harvest_all(plan, job, workers, failed)
                    made = work_on_harvests(
                        plan, job, tools, harvests, before, workers, failed, refused
                    )
            job, findings, books = made.job, made.findings, made.books
            gate_publication(books)
        except RunRefused as error:
            tell_refusal(plan, Made(job, findings, books), tools, failed, error)
            _hold(plan, release.release_id(moment), refused, previous.id if previous else "")
            raise
        outcome = _publish(plan, made, tools, failed, partial)
        if outcome.kind in {"published", "partial"}:
            prune(settings.output, settings.catalogue.retention)
        _hold(plan, release.release_id(moment), refused, outcome.release)
        return outcome
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _made_by_same_rules(plan: Plan) -> Path | None:
    """Return the folder of the last release, or None where other rules made it or there is none."""
    previous = plan.previous
    if previous is None or not are_same_rules(plan.digests, previous.digests):
        return None
    return release.current(plan.settings.output)


def _hold(plan: Plan, run: str, refused: Failed, current: str) -> None:
    """Hold what refused sources gave for a person to accept, or forget what was held before."""
    from pipeline.held import Held, hold

    if plan.publishes:
        held = Held(run=run, release=current, refused=refused, digests=plan.digests)
        hold(plan.settings.output, held)


def _publish(plan: Plan, made: Made, tools: Tools, failed: Failed, partial: Path) -> Outcome:
    """Write the release if anything changed, switch it in, tell what happened."""
    from pipeline.assemble import assemble
    from pipeline.telling import Told, second_opinion, tell, write_run_report
    from pipeline.working import with_link_issues

    job, findings, previous = made.job, with_link_issues(plan, made.findings), plan.previous
    findings = _with_clock_issue(plan, findings)
    plan.tell("validate: a second opinion")
    told = Told(
        outcome="partial" if failed else "published",
        release=release.release_id(job.moment),
        previous=previous.id if previous else "",
        failed=failed,
        books=made.books,
        disagreements=second_opinion(job, tools, findings),
    )
    if not plan.publishes:
        tell(job, tools, findings, msgspec.structs.replace(told, outcome="planned"), job.work)
        return planned(plan, made, failed, job.work)
    if previous and not _is_anything_new(plan, previous, findings):
        same = msgspec.structs.replace(
            told, outcome="partial" if failed else "unchanged", release=previous.id
        )
        tell(job, tools, findings, same, job.work)
        return end(plan, made, "unchanged", previous.id, failed, job.work)
    plan.tell("publish")
    dumps, findings = assemble(partial, job, tools, findings)
    told = msgspec.structs.replace(told, triples=dumps.triples)
    write_run_report(job, tools, findings, told, partial)
    shutil.rmtree(partial / WORK)
    manifest = manifest_of(plan, made, told.release, dumps.records, dumps.triples, failed)
    folder = release.switch(plan.settings.output, partial, manifest)
    return end(plan, made, "published", manifest.id, failed, folder)


def _with_clock_issue(plan: Plan, findings: Findings) -> Findings:
    if not (problem := release.clock_problem(plan.now, plan.previous)):
        return findings
    issue = Issue("", "", "publish", "", "", "warning", problem)
    return msgspec.structs.replace(findings, issues=(*findings.issues, issue))


def _is_anything_new(plan: Plan, previous: Manifest, findings: Findings) -> bool:
    """Tell whether a release would differ from the one before in what it says or keeps."""
    if any(plan.digests[name] != previous.digests.get(name) for name in ("ontology", "settings")):
        return True
    number = previous.number + 1
    return any(one.changes or one.state for one in findings.results) or any(
        stone.release == number for stone in findings.tombstones
    )


@contextmanager
def _disk_errors_explained(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise release.cannot_write(output, error) from error
