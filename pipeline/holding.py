"""What a run makes of what earlier runs hold: it is settled, or it stays for a person to accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline import release
from pipeline.aside import HELD
from pipeline.ending import Failed, Outcome, Plan
from pipeline.errors import RunRefused
from pipeline.model import Books
from pipeline.runs import CATALOGUE


def refuse_nothing(books: Mapping[str, Books], failed: Failed) -> None:
    """Refuse to publish nothing; `failed` notes it, beside sources that failed.

    Raises `RunRefused`.
    """
    from pipeline.validate import gate_publication

    try:
        gate_publication(books)
    except RunRefused as error:
        failed.note(CATALOGUE, error)
        raise


def settled(plan: Plan, harvested: Iterable[str], outcome: Outcome) -> dict[str, str]:
    """Return what has become of what was refused before of the sources that were taken up now.

    A rollback has looked at none of them.
    """
    gone = of_gone_sources(plan)
    if plan.target is not None:
        return gone
    told = f"the run of {release.stamp(plan.now)} read it again and did not refuse it"
    if plan.accepted is not None:
        told = f"it was accepted, and is published in {outcome.release}"
    taken_up = _asked(plan) & {*harvested}
    whole = {}
    if plan.accepted is not None and CATALOGUE in plan.accepted.refused:
        whole[CATALOGUE] = told
    elif outcome.release != (plan.previous.id if plan.previous else ""):
        whole[CATALOGUE] = f"{outcome.release} was published after it"
    elif taken_up == {source.name for source in plan.settings.sources}:
        whole[CATALOGUE] = told
    return gone | dict.fromkeys(sorted(taken_up), told) | whole


def _asked(plan: Plan) -> set[str]:
    """Return the sources that are read at their place: offline none that is on the web."""
    return {one.name for one in plan.selected if not (plan.offline and one.is_live)}


def of_gone_sources(plan: Plan) -> dict[str, str]:
    """Return what has become of what was refused of sources that are no sources any more."""
    from pipeline.held_files import all_held

    configured = {source.name for source in plan.settings.sources}
    names = {name for one in all_held(plan.settings.output) for name in one.sources}
    return dict.fromkeys(sorted(names - configured), "it is no source any more")


def forget_held(plan: Plan, *, known_by_rollback: bool = False) -> None:
    """Forget what was refused before of sources that are found to be as they are published.

    One that is `known_by_rollback` has looked at none of them.
    """
    output = plan.settings.output
    if not any((output / HELD).glob("*/")):
        return
    from pipeline.held import begin, hold
    from pipeline.held_files import problems_of_held

    for problem in problems_of_held(output):
        plan.warn(problem)
    told = f"the run of {release.stamp(plan.now)} found it as it is published"
    held = begin(plan.settings, plan.previous, plan.digests, "")
    right = set() if known_by_rollback else _asked(plan)
    if right == {source.name for source in plan.settings.sources}:
        right.add(CATALOGUE)
    hold(output, held, of_gone_sources(plan) | dict.fromkeys(right, told))
