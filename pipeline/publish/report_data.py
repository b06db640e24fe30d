"""What the report is made from: the one struct that the run fills in."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.model import Books, Change, Issue, ReviewLine, WorklistLine
from pipeline.publish.changes import Rejected
from pipeline.publish.figures import Figures

Outcome = Literal["published", "partial", "unchanged", "planned", "refused", "failed"]


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One source in one run; `failed` says why it gave nothing, where it failed or was refused."""

    name: str
    title: str = ""
    homepage: str = ""
    books: Books = Books()
    failed: str = ""


class ReportData(msgspec.Struct, frozen=True, kw_only=True):
    """All that the report shows.

    `release` is the release's id (of the one that stays, where none was made), `previous` the one
    before, `clock` the run's clock reading (xsd:dateTime); `outcome_text` says why a run was
    refused or failed. `names` gives the names of what `figures` counts (`names_of`). The lists may
    be cut: `changes` as the books count them, `review_count` and the like say how many there are.
    `held` is what would have changed of what was refused at a gate, counted in `held_counts`.
    """

    title: str
    base: str
    release: str
    clock: str
    version: str
    outcome: Outcome
    outcome_text: str = ""
    previous: str = ""
    sources: tuple[SourceReport, ...] = ()
    figures: Figures = Figures()
    names: dict[str, str] = {}
    triples: int = 0
    changes: tuple[Change, ...] = ()
    held: tuple[Change, ...] = ()
    held_counts: dict[str, int] = {}
    review: tuple[ReviewLine, ...] = ()
    review_count: int = 0
    worklist: tuple[WorklistLine, ...] = ()
    worklist_count: int = 0
    disagreements: tuple[Issue, ...] = ()
    rejected: tuple[Rejected, ...] = ()
