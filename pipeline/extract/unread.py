"""What of a source could not be read: a harvest that lacks it does not show what is gone."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.extract.payloads import source_issue
from pipeline.model import Issue, Page, SourceRecord
from pipeline.settings import Source


def unread(source: Source, message: str, *, value: str = "", severity: str = "warning") -> Page:
    """Return a page that says, as an issue too, what of the source was not read."""
    return Page(
        (), (source_issue(source, message, value=value, severity=severity),), broken_off=message
    )


class Notes(list[Issue]):
    """The issues of a page in the making, and what of its source was not read.

    >>> notes = Notes()
    >>> notes.lose(Issue("s", "", "extract", "", "", "warning", "line 3 is no JSON"))
    >>> notes.page().broken_off
    'line 3 is no JSON'
    """

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        """Start with these issues."""
        super().__init__(issues)
        self.broken_off = ""

    def lose(self, issue: Issue) -> None:
        """Add the issue of an entry, page or file that could not be read."""
        self.append(issue)
        self.broken_off = self.broken_off or issue.message

    def page(
        self,
        records: Iterable[SourceRecord] = (),
        declared_total: int | None = None,
        *,
        more: Iterable[Issue] = (),
        deleted: Iterable[str] = (),
    ) -> Page:
        """Return the page of `records`, and begin the next one."""
        page = Page(
            tuple(records), (*self, *more), declared_total, tuple(deleted),
            broken_off=self.broken_off,
        )  # fmt: skip
        self.clear()
        self.broken_off = ""
        return page
