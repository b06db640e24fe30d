"""From the sources to records that are linked, mapped, validated and judged at the gates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipeline.accounts import add_up
from pipeline.assemble import Findings, Made
from pipeline.assign import Assigned, Previous, assign
from pipeline.ending import Failed, Plan
from pipeline.errors import RunRefused, SourceError
from pipeline.gating import Keeper, hold_at_gates
from pipeline.gating_whole import judge_catalogue
from pipeline.grace import Deletion
from pipeline.harvest import Circumstances, Harvest, harvest
from pipeline.held import Held, held_harvests, put_aside
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
    circumstances = Circumstances(job.moment, notes, plan.offline, software)
    harvests = []
    for source in plan.selected:
        plan.tell(f"{source.name}: extract and clean")
        try:
            harvests.append(
                harvest(source, plan.settings, job.work / "sources", workers, circumstances)
            )
        except SourceError as error:
            failed[source.name] = str(error)
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
    configured = frozenset(source.name for source in plan.settings.sources)
    accepted = frozenset(plan.accepted.refused) if plan.accepted else frozenset[str]()
    holds = plan.publishes and plan.accepted is None
    keeper = Keeper(plan.settings, plan.previous, plan.digests, accepted, held if holds else None)
    output = plan.settings.output
    while harvests:
        job = _job_for(job, harvests)
        deletion = Deletion(
            job.moment,
            plan.settings.catalogue.deletion,
            {one.source.name: one.deleted for one in harvests},
            job.complete,
        )
        settled = tools.decisions.identities
        assigned = assign(harvests, before, settled, configured, deletion, job.number, job.work)
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
                failed[CATALOGUE] = str(error)
                write_held_back(output, findings)
                if holds:
                    put_aside(output, held, {CATALOGUE: str(error)}, harvests)
                raise
            notes = {one.source.name: _note(one, books) for one in harvests}
            issues = (*findings.issues, *judged.warnings, *warnings)
            return Made(job, msgspec.structs.replace(findings, issues=issues), books, notes)
        failed.update(judged.refused)
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
