"""From the sources to records that are linked, mapped, validated and judged at the gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from pipeline.accounts import add_up
from pipeline.assemble import Findings, Made
from pipeline.assign import Assigned, Previous, assign
from pipeline.ending import Failed, Plan
from pipeline.errors import RunRefused, SourceError
from pipeline.gating import Keeper, hold_at_gates, run_to_accept_whole
from pipeline.gating_whole import judge_catalogue
from pipeline.grace import Deletion
from pipeline.harvest import Circumstances, Harvest, harvest
from pipeline.held import put_aside
from pipeline.held_files import Held, all_held, held_harvests
from pipeline.job import Job, Part, PartResult, Tools
from pipeline.model import Books, HarvestNote
from pipeline.part import work_on
from pipeline.release import release_id
from pipeline.rollback import assign_old
from pipeline.runs import CATALOGUE
from pipeline.telling import write_held_back
from pipeline.workers import Workers


def harvest_all(plan: Plan, job: Job, workers: Workers, failed: Failed) -> list[Harvest]:
    """Extract and clean each source; one that fails is noted in `failed` and stops no other.

    What a person has accepted is not harvested again.
    """
    if plan.accepted is not None:
        return held_harvests(plan.settings, plan.accepted)
    notes = plan.previous.harvests if plan.previous else {}
    software = " ".join(plan.digests[name] for name in ("code", "packages"))
    circumstances = Circumstances(job.clock, notes, plan.offline, software)
    harvests = []
    for source in plan.selected:
        plan.tell(f"{source.name}: extract and clean")
        try:
            harvests.append(
                harvest(source, plan.settings, job.work / "sources", workers, circumstances)
            )
        except SourceError as error:
            failed.note(source.name, error)
    return harvests


def work_on_harvests(
    plan: Plan,
    job: Job,
    tools: Tools,
    harvests: list[Harvest],
    before: Previous,
    workers: Workers,
    failed: Failed,
    held: Held,
) -> Made:
    """Link, map and validate all parts; what is refused at a gate is left out, told and put aside.

    Raises `RunRefused` where every source failed or was refused, or the catalogue as a whole was.
    """
    output, holds = plan.settings.output, plan.publishes
    keeper = _keeper(plan, held)
    while harvests:
        job = _job_for(job, harvests)
        deletion = Deletion(
            job.clock,
            plan.settings.catalogue.deletion,
            {one.source.name: one.deleted for one in harvests},
            job.complete,
        )
        settled = tools.decisions.identities
        staying = _staying(plan, harvests, before)
        assigned = assign(harvests, before, settled, staying, deletion, job.number, job.work)
        results, findings = _work_on_parts(plan, job, assigned, workers)
        issues = tuple(issue for one in harvests for issue in one.issues)
        findings = msgspec.structs.replace(findings, issues=issues)
        extracted = {one.source.name: len(one.entries) for one in harvests}
        declared = {one.source.name: one.declared_total for one in harvests}
        books = add_up(results, assigned, extracted, declared)
        judged = hold_at_gates(keeper, findings, books, harvests)
        if not judged.refused:
            try:
                warnings = judge_catalogue(keeper, findings, books, harvests, before)
            except RunRefused as error:
                failed.note(CATALOGUE, error)
                write_held_back(output, findings)
                if holds and run_to_accept_whole(keeper, harvests) == held.run:
                    _let_pass(plan, held, harvests)
                    put_aside(output, held, {CATALOGUE: str(error)}, harvests)
                if len(failed) == 1:
                    raise
                others = (text for name, text in failed.items() if name != CATALOGUE)
                raise RunRefused("; ".join((str(error), *others)), about=error.about) from error
            notes = {one.source.name: _note(one, books) for one in harvests}
            issues = (*findings.issues, *judged.warnings, *warnings)
            return Made(job, msgspec.structs.replace(findings, issues=issues), books, notes)
        failed.take(judged.refused, judged.kinds)
        write_held_back(output, findings, judged.refused)
        if holds:
            new = {
                name: judged.refused[name] for name, run in judged.held.items() if run == held.run
            }
            put_aside(output, held, new, (one for one in harvests if one.source.name in new))
        harvests = [one for one in harvests if one.source.name not in judged.refused]
    raise RunRefused(
        f"every source failed or was refused: {'; '.join(failed.values())}",
        where=", ".join(failed),
    )


def _keeper(plan: Plan, held: Held) -> Keeper:
    """Return what the gates go by: also who let pass what, and what is held of earlier runs."""
    accepted: frozenset[str] = frozenset()
    if plan.accepted is not None:
        accepted = frozenset((*plan.accepted.refused, *plan.accepted.passed))
    known = {name for one in all_held(plan.settings.output) for name in one.sources}
    unasked = {one.name for one in plan.selected if plan.offline and one.is_live}
    return Keeper(
        plan.settings,
        plan.previous,
        plan.digests,
        accepted,
        held if plan.publishes else None,
        frozenset(known & unasked),
    )


def _staying(plan: Plan, harvests: Iterable[Harvest], before: Previous) -> frozenset[str]:
    """Return the sources whose records do not go though the source may.

    Only a run that has read every source takes out those of one that is gone from `input/`: in any
    other it cannot be known whether the file was renamed, and nobody would be told.
    """
    configured = frozenset(source.name for source in plan.settings.sources)
    is_whole = configured == {one.source.name for one in harvests}
    return configured if is_whole else configured | before.known.keys()


def _let_pass(plan: Plan, held: Held, harvests: Iterable[Harvest]) -> None:
    """Note, of what is held, whom a person has let pass before the whole was refused."""
    if plan.accepted is None:
        return
    passed = {*plan.accepted.refused, *plan.accepted.passed}
    held.passed = tuple(sorted(passed & {one.source.name for one in harvests}))
    held.reasons = {**plan.accepted.reasons, plan.accepted.run: plan.reason}


def _job_for(job: Job, harvests: list[Harvest]) -> Job:
    """Return the job of working on these harvests, in a folder of its own."""
    work = job.work / "parts"
    work.mkdir(parents=True)
    return msgspec.structs.replace(
        job,
        work=work,
        harvested=frozenset(one.source.name for one in harvests),
        partly=frozenset(one.source.name for one in harvests if one.since),
        complete=frozenset(one.source.name for one in harvests if one.is_complete),
    )


def _note(harvest: Harvest, books: Mapping[str, Books]) -> HarvestNote:
    """Return what a harvest leaves for the next; one of only what changed leaves the old counts."""
    if harvest.since:
        return harvest.note
    rejected = books[harvest.source.name].rejected
    return msgspec.structs.replace(harvest.note, rejected=rejected)


def work_on_release(plan: Plan, job: Job, target: Path, current: Path, workers: Workers) -> Made:
    """Link, map and validate the records of the release `target`, to be published again."""
    configured = frozenset(source.name for source in plan.settings.sources)
    job = msgspec.structs.replace(job, work=job.work / "parts", harvested=configured)
    job.work.mkdir(parents=True)
    assigned, extracted = assign_old(target, current, configured, job.number, job.work)
    results, findings = _work_on_parts(plan, job, assigned, workers)
    return Made(job, findings, add_up(results, assigned, extracted, {}), {})


def with_link_issues(plan: Plan, findings: Findings) -> Findings:
    """Return the findings with what the checks of links have found until now."""
    if not plan.settings.catalogue.links.check:
        return findings
    from pipeline.link_check import link_issues

    found = link_issues(plan.settings, (one.part.file("records") for one in findings.results))
    return msgspec.structs.replace(findings, issues=(*findings.issues, *found))


def _work_on_parts(
    plan: Plan, job: Job, assigned: Assigned, workers: Workers
) -> tuple[tuple[PartResult, ...], Findings]:
    plan.tell(f"link, map and validate {assigned.parts} part(s)")
    parts = [Part(job, index) for index in range(assigned.parts)]
    results = tuple(workers.in_order(work_on, parts))
    findings = Findings(
        number=job.number,
        run=release_id(job.moment),
        results=results,
        review=tuple(assigned.review),
        tombstones=tuple(assigned.tombstones),
    )
    return results, findings
