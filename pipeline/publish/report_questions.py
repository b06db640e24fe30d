"""The report's sections on what needs a person, and on what was rejected."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Issue, ReviewLine, WorklistLine
from pipeline.publish.changes import Rejected
from pipeline.publish.figures import Figures, IssueGroup
from pipeline.publish.markup import Markup, element, join
from pipeline.publish.report_data import ReportData
from pipeline.publish.report_parts import badge, cut_list, plural, section, table, words

MOST_GROUPS = 60
MOST_REVIEW = 50
MOST_WORKLIST = 100
MOST_DISAGREEMENTS = 50
MOST_REJECTED = 50
MOST_REASONS = 10

_SEVERITY_ORDER = {"violation": 0, "warning": 1, "info": 2}
_SEVERITY_BADGE = {"violation": "bad", "warning": "warn", "info": "info"}


def people_section(data: ReportData) -> Markup:
    """Return what waits for a person: questions, unknown labels, issues, disagreements."""
    parts = [
        *_review(data.review, data.review_count),
        *_worklist(data.worklist, data.worklist_count),
        *_issues(data.figures),
        *_disagreements(data.disagreements),
    ]
    if not parts:
        parts = [element("p", "Nothing waits for a person.")]
    return section("people", "What needs a person", *parts)


def quarantine_section(rejected: Sequence[Rejected], total: int) -> Markup:
    """Return the rejected records with the reasons."""
    total = max(total, len(rejected))
    if not total:
        return section("rejected", "Rejected", element("p", "No record was rejected."))
    return section(
        "rejected",
        f"Rejected: {total:,}",
        element(
            "p",
            "These records break a rule that clients rely on. Where a record was valid before, its"
            " last valid version stays published.",
        ),
        cut_list([_rejected(one) for one in rejected], total, MOST_REJECTED, "quarantine.jsonl"),
    )


def _review(lines: Sequence[ReviewLine], total: int) -> list[Markup]:
    total = max(total, len(lines))
    if not total:
        return []
    items = [
        join(
            [
                words(line.question),
                " ",
                badge(line.property, "info"),
                element("p", words(line.title), " ", element("code", line.record), class_="note"),
            ]
        )
        for line in lines[:MOST_REVIEW]
    ]
    how = "Fill in the last column of review.csv, then run cataloom decide review.csv."
    return [
        element("h3", f"Questions: {total:,}"),
        element("p", how),
        cut_list(items, total, MOST_REVIEW, "review.csv"),
    ]


def _worklist(lines: Sequence[WorklistLine], total: int) -> list[Markup]:
    total = max(total, len(lines))
    if not total:
        return []
    rows = [
        [
            words(line.label),
            line.property,
            line.source,
            f"{line.count:,}",
            words(line.suggestion) if line.suggestion else "–",
            join([element("code", record) for record in line.records[:3]], " "),
        ]
        for line in lines[:MOST_WORKLIST]
    ]
    parts = [
        element("h3", f"Labels that no concept carries: {total:,}"),
        table(
            "Unknown labels: name them in the source's [labels], or in the concept scheme",
            ("Label", "Field", "Source", "Times", "Perhaps", "For example"),
            rows,
        ),
    ]
    if total > len(rows):
        where = element("a", "worklist.csv", href="worklist.csv")
        note = f"The first {len(rows):,} of {total:,}; all of them are in "
        parts.append(element("p", note, where, ".", class_="note"))
    return parts


def _issues(figures: Figures) -> list[Markup]:
    groups = sorted(
        figures.issues.items(),
        key=lambda pair: (_SEVERITY_ORDER[pair[1].severity], -pair[1].count, pair[0]),
    )
    total = sum(group.count for _, group in groups) + figures.ungrouped
    if not total:
        return []
    shown = groups[:MOST_GROUPS]
    parts = [
        element("h3", f"Issues: {total:,}"),
        element("div", *(_group(group) for _, group in shown), class_="groups"),
    ]
    left = total - sum(group.count for _, group in shown)
    if left:
        where = element("a", "issues.csv", href="issues.csv")
        parts.append(
            element("p", f"{plural(left, 'issue')} more are in ", where, ".", class_="note")
        )
    return parts


def _group(group: IssueGroup) -> Markup:
    samples = [
        element(
            "li",
            element("code", sample.identifier or "the source"),
            join([": ", words(sample.value)]) if sample.value else "",
        )
        for sample in group.samples
    ]
    return element(
        "details",
        element(
            "summary",
            badge(group.severity, _SEVERITY_BADGE[group.severity]),
            " ",
            element("strong", f"{group.count:,} ×"),
            " ",
            words(group.message, longest=600),
            " ",
            element("span", f"{group.property}, {group.stage}".lstrip(", "), class_="note"),
        ),
        element("ul", *samples),
    )


def _disagreements(issues: Sequence[Issue]) -> list[Markup]:
    if not issues:
        return []
    items = [_issue(issue) for issue in issues[:MOST_DISAGREEMENTS]]
    return [
        element("h3", f"The validators disagree: {len(issues):,}"),
        element("p", "Both check the same shapes; where they differ, one of them is wrong."),
        cut_list(items, len(issues), MOST_DISAGREEMENTS, "issues.csv"),
    ]


def _issue(issue: Issue) -> Markup:
    return join(
        [
            badge(issue.severity, _SEVERITY_BADGE[issue.severity]),
            " ",
            element("code", issue.identifier or issue.source),
            " ",
            words(issue.message, longest=600),
            join([" ", element("q", words(issue.value))]) if issue.value else "",
        ]
    )


def _rejected(rejected: Rejected) -> Markup:
    titles = rejected.record.title
    title = words(titles[0].value, titles[0].language) if titles else element("em", "no title")
    place = f"{rejected.locator.name}, {rejected.locator.position}"
    ordered = sorted(rejected.issues, key=lambda one: _SEVERITY_ORDER[one.severity])
    reasons = [element("li", _issue(issue)) for issue in ordered[:MOST_REASONS]]
    return join(
        [
            title,
            " ",
            element("code", rejected.id or rejected.source),
            element("p", words(place), class_="note"),
            element("ul", *reasons),
        ]
    )
