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
        failed[CATALOGUE] = str(error)
        raise


def settled(plan: Plan, harvested: Iterable[str], outcome: Outcome) -> dict[str, str]:
    """Return what has become of what was refused before of the sources that were taken up now."""
    told = f"the run of {release.stamp(plan.now)} read it again and did not refuse it"
    if plan.accepted is not None:
        told = f"it was accepted, and is published in {outcome.release}"
    if plan.target is not None:
        told = f"the catalogue was rolled back in {outcome.release}"
    return dict.fromkeys((*harvested, CATALOGUE), told)


def forget_held(plan: Plan) -> None:
    """Forget what was refused before of sources that are found to be as they are published."""
    output = plan.settings.output
    if not any((output / HELD).glob("*/")):
        return
    from pipeline.held import begin, hold

    told = f"the run of {release.stamp(plan.now)} found it as it is published"
    held = begin(plan.settings, plan.previous, plan.digests, "")
    hold(output, held, dict.fromkeys((*(one.name for one in plan.selected), CATALOGUE), told))
