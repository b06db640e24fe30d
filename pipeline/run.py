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
from pipeline.aside import HELD, RELEASES
from pipeline.damage import damage_to_tell, refuse_damaged_state, refuse_seen_damage
from pipeline.ending import (
    Failed,
    Outcome,
    Plan,
    Tell,
    asked,
    end,
    manifest_of,
    planned,
    tell_refusal,
    unchanged,
)
from pipeline.errors import ReleaseError, RunRefused, show_path
from pipeline.fingerprint import are_same_rules, digests, fingerprint
from pipeline.grace import is_time_to_look
from pipeline.holding import forget_held, of_gone_sources, refuse_nothing, settled
from pipeline.last_run import ASIDE as TOLD_ASIDE
from pipeline.last_run import LastRun, read_last_run
from pipeline.manifest import Manifest
from pipeline.model import Books, Issue
from pipeline.preconditions import refuse_moved_iris, select_sources
from pipeline.runs import CATALOGUE
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
    again: bool = False,
    require_previous: bool = False,
    tell: Tell = lambda _: None,
    warn: Tell | None = None,
) -> Outcome:
    """Harvest the sources and publish a release if anything changed.

    `sources` selects some by name (none: all), `jobs` is the number of processes (0: one a core);
    `offline` reads from the payload store what it would ask the web for; a run that does not
    publish (`publishes`) tells what would change. One that makes it all `again` publishes even
    where nothing changed, and takes no file over from the last release. `require_previous` refuses
    to begin where nothing is published, as a run on a machine that lost its state would. `tell`
    takes a line on what is being done, `warn` one on what is not in order (none: `tell` does).

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
            settings, selected, jobs, tell, now, previous, parts, print_, offline, publishes,
            again=again or (previous is not None and previous.thinned), warn=warn or tell,
        )  # fmt: skip
        if previous and publishes and not _must_look(plan, previous):
            last = read_last_run(settings.output)
            if print_ in _known_fingerprints(previous, last):
                rolled_back = bool(previous.rolled_back_to) and print_ == previous.fingerprint
                _refuse_seen_damage(plan, looked=not rolled_back)
                forget_held(plan, known_by_rollback=rolled_back)
                return unchanged(plan, previous, looked=not rolled_back)
        return _make_release(plan)


def accept_run(
    settings: Settings,
    run: str,
    reason: str,
    *,
    sources: Sequence[str] = (),
    jobs: int = 0,
    tell: Tell = lambda _: None,
    warn: Tell = lambda _: None,
) -> Outcome:
    """Publish exactly what the refused `run` made, for a person's `reason`, without a harvest.

    Of a run that refused several sources, all of them or only those of these names (`sources`);
    `tell` takes a line that says which, `warn` one on what is not in order. Raises what
    `run_catalogue` does, and `SettingsError` or `RunRefused` where that run is not held or the
    catalogue has gone on since.
    """
    from pipeline.accepting import read_held

    now = release.clock()
    with release.locked(settings.output), _disk_errors_explained(settings.output):
        previous = release.previous_manifest(settings.output)
        parts = digests(settings)
        held = read_held(settings, run, sources, previous, parts)
        tell(f"{held.run}: publishing what was refused of {', '.join(sorted(held.refused))}")
        selected = select_sources(settings, held.sources)
        plan = Plan(
            settings, selected, jobs, lambda _: None, now, previous, parts, "",
            accepted=held, reason=reason, warn=warn,
        )  # fmt: skip
        return _make_release(plan)


def roll_back(
    settings: Settings, identifier: str = "", *, jobs: int = 0, warn: Tell = lambda _: None
) -> Outcome:
    """Publish the content of an older release (default: the one before the current) as a new one.

    Its records are linked, mapped and validated by today's rules; `warn` takes a line on what is
    not in order. Raises what `run_catalogue` does, `ReleaseError` for a release that is not kept,
    and `RunRefused` where all that would come back is of sources that are not configured.
    """
    from pipeline.diff import to_go_back_to
    from pipeline.rollback import how_to_bring_back, left_out

    now = release.clock()
    with release.locked(settings.output), _disk_errors_explained(settings.output):
        target = to_go_back_to(settings.output, identifier)
        refuse_damaged_state(settings.output, target)
        previous = release.previous_manifest(settings.output)
        refuse_moved_iris(settings, previous)
        parts = digests(settings)
        plan = Plan(
            settings, (), jobs, lambda _: None, now, previous, parts, fingerprint(parts),
            target=target, warn=warn,
        )  # fmt: skip
        left = left_out(target, {source.name for source in settings.sources})
        bring_back = how_to_bring_back(target, left)
        for name, count in left.items():
            warn(f"{name} is not configured: its {count} record(s) stay away; {bring_back}")
        outcome = _make_release(plan)
        if left and outcome.kind == "unchanged":
            raise RunRefused(
                f"{target.name} has nothing else that is not published already",
                next_step=bring_back,
            )
        return outcome


def _must_look(plan: Plan, previous: Manifest) -> bool:
    """Say whether equal fingerprints tell nothing: the web is read, or a deletion may fall due."""
    live = any(source.is_live for source in plan.selected)
    is_due = is_time_to_look(
        previous.next_look, release.stamp(plan.now), plan.settings.catalogue.deletion
    )
    return plan.again or live or is_due


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
    from pipeline.held import begin, hold
    from pipeline.job import Job, left_sources, prepare
    from pipeline.retention import prune
    from pipeline.workers import Workers
    from pipeline.working import harvest_all, work_on_harvests, work_on_release

    settings, previous = plan.settings, plan.previous
    _look_around(plan)
    moment = release.stamp(release.next_moment(plan.now, previous))
    kept = settings.output / RELEASES
    held_runs = settings.output / HELD
    while any((one / release.release_id(moment)).exists() for one in (kept, held_runs)):
        # a dead run's release, not current; or what is held of a refused run
        moment = release.stamp(datetime.fromisoformat(moment) + timedelta(seconds=1))
    partial = release.begin(settings.output, release.release_id(moment))
    try:
        refuse_findings(settings)
        job = Job(
            settings=settings,
            number=previous.number + 1 if previous else 1,
            moment=moment,
            clock=release.stamp(plan.now),
            datestamps=previous.datestamps if previous else (),
            work=partial / WORK,
            fingerprint=plan.fingerprint,
            before=_made_by_same_rules(plan),
            left=left_sources(settings, previous),
        )
        tools = prepare(job)
        before = read_previous(
            release.current(settings.output) if previous else None,
            by_same_rules=job.before is not None,
        )
        failed = Failed()
        held = begin(settings, previous, plan.digests, release.release_id(moment))
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
                        plan, job, tools, harvests, before, workers, failed, held
                    )
            job, findings, books = made.job, made.findings, made.books
            refuse_nothing(books, failed)
        except RunRefused as error:
            refused = Made(job, findings, books)
            tell_refusal(plan, refused, tools, failed, error)
            if not plan.publishes:
                return planned(plan, refused, failed, job.work, error.exit_code)
            hold(settings.output, held, of_gone_sources(plan))
            raise
        outcome = _publish(plan, made, tools, failed, partial)
        if plan.publishes:  # before payloads go that it refers to
            hold(settings.output, held, settled(plan, made.job.harvested, outcome))
        if outcome.kind in {"published", "partial"}:
            prune(settings.output, settings.catalogue.retention, plan.warn)
        return outcome
    finally:
        shutil.rmtree(settings.output / TOLD_ASIDE, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)


def _made_by_same_rules(plan: Plan) -> Path | None:
    """Return the folder of the last release, or None where nothing of it may be taken over."""
    previous = plan.previous
    if plan.again or previous is None or not are_same_rules(plan.digests, previous.digests):
        return None
    return release.current(plan.settings.output)


def _publish(plan: Plan, made: Made, tools: Tools, failed: Failed, partial: Path) -> Outcome:
    """Write the release if anything changed, switch it in, tell what happened."""
    from pipeline.assemble import assemble
    from pipeline.telling import Told, second_opinion, tell, write_run_report
    from pipeline.working import with_link_issues

    job, findings, previous = made.job, with_link_issues(plan, made.findings), plan.previous
    findings = _with_issues_of_the_place(plan, findings)
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
        try:
            _refuse_seen_damage(plan)
        except ReleaseError as error:
            if not failed:
                raise
            failed.note(CATALOGUE, error)
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


def _refuse_seen_damage(plan: Plan, *, looked: bool = True) -> None:
    """Raise `ReleaseError` where the current release is damaged; sources `looked` at are right."""
    try:
        refuse_seen_damage(plan.settings.output)
    except ReleaseError as error:
        error.sources = asked(plan) if looked else ()
        raise


def _look_around(plan: Plan) -> None:
    """Refuse to go on from a damaged state, and tell what else is not in order."""
    if plan.previous is not None:
        refuse_damaged_state(plan.settings.output, release.current(plan.settings.output))
    for problem in _not_in_order(plan):
        plan.warn(problem)


def _not_in_order(plan: Plan) -> list[str]:
    """Return what is to be told of the machine and of the releases that are kept."""
    problem = release.clock_problem(plan.now, plan.previous)
    from pipeline.held_files import problems_of_held

    output = plan.settings.output
    return [*filter(None, [problem]), *damage_to_tell(output), *problems_of_held(output)]


def _with_issues_of_the_place(plan: Plan, findings: Findings) -> Findings:
    issues = [Issue("", "", "publish", "", "", "warning", one) for one in _not_in_order(plan)]
    return msgspec.structs.replace(findings, issues=(*findings.issues, *issues))


def _is_anything_new(plan: Plan, previous: Manifest, findings: Findings) -> bool:
    """Tell whether a release would differ from the one before in what it says or keeps.

    One that is made `again` is wanted in any case, and so is one that keeps a person's reason to
    accept what was refused.
    """
    if plan.again or plan.accepted is not None:
        return True
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
