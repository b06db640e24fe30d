"""From the sources to records that are linked, mapped, validated and judged at the gates."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pipeline.accounts import add_up
from pipeline.assemble import Findings, Made
from pipeline.assign import Assigned, Previous, assign
from pipeline.ending import Failed, Plan
from pipeline.errors import RunRefused, SourceError
from pipeline.gating import hold_at_gates
from pipeline.grace import Deletion
from pipeline.harvest import Circumstances, Harvest, harvest
from pipeline.held import held_harvests, put_aside
from pipeline.job import Job, Part, PartResult, Tools
from pipeline.part import work_on
from pipeline.release import release_id
from pipeline.rollback import assign_old
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
    refused: Failed,
) -> Made:
    """Link, map and validate all parts; sources refused at a gate are left out and put aside."""
    configured = frozenset(source.name for source in plan.settings.sources)
    run = release_id(job.moment)
    while harvests:
        job = msgspec.structs.replace(
            job,
            work=job.work / "parts",
            harvested=frozenset(one.source.name for one in harvests),
            partly=frozenset(one.source.name for one in harvests if one.since),
            complete=frozenset(one.source.name for one in harvests if one.is_complete),
        )
        job.work.mkdir(parents=True)
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
        judged = hold_at_gates(
            plan.settings, plan.previous, plan.digests, findings, books, harvests,
            accepted=plan.accepted is not None,
        )  # fmt: skip
        if not judged.refused:
            notes = {one.source.name: one.note for one in harvests}
            issues = (*findings.issues, *judged.warnings)
            return Made(job, msgspec.structs.replace(findings, issues=issues), books, notes)
        refused.update(judged.refused)
        failed.update(judged.refused)
        put_aside(
            plan.settings.output, run, (one for one in harvests if one.source.name in refused)
        )
        harvests = [one for one in harvests if one.source.name not in refused]
    raise RunRefused(
        "every source failed or was refused",
        where=", ".join(failed),
        expected="at least one source that can be read",
        next_step="; ".join(failed.values()),
    )


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
