"""The report's sections on what changed and on what was repaired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import Books, Change
from pipeline.publish.differences import differences
from pipeline.publish.figures import Figures, Repair
from pipeline.publish.markup import Markup, element, join
from pipeline.publish.report_parts import badge, cut_list, plural, section, table, words

MOST_CHANGES = 100
MOST_FIELDS = 12
HELD_KINDS = {
    "created": "Would be created",
    "updated": "Would be updated",
    "deleted": "Would be deleted",
    "missing": "No longer at the source",
}

# The rules' names, for people, by their first words; the longest that fits counts.
_RULES = {
    "encoding": "damaged characters",
    "text": "text tidied",
    "text.markup": "markup removed",
    "text.whitespace": "spaces tidied",
    "text.control": "control characters removed",
    "text.nfc": "characters composed",
    "language": "language decided",
    "date": "date read",
    "identifier": "identifier corrected",
}


def changes_section(changes: Sequence[Change], totals: Books) -> Markup:
    """Return what was created, updated and deleted; `totals` counts them all."""
    kinds = (
        ("created", "Created", totals.created),
        ("updated", "Updated", totals.updated),
        ("deleted", "Deleted", totals.deleted + totals.merged_away + totals.newly_excluded),
    )
    parts: list[Markup] = []
    for kind, title, counted in kinds:
        listed = [one for one in changes if one.change == kind]
        total = max(counted, len(listed))
        if total:
            items = [_change(one) for one in listed[:MOST_CHANGES]]
            inner = cut_list(items, total, MOST_CHANGES, "changes.jsonl")
            parts.append(_kind(kind, title, inner, total))
    if not parts:
        parts.append(element("p", "No record was created, updated or deleted."))
    return section("changes", "What changed", *parts)


def held_section(changes: Sequence[Change], counts: Mapping[str, int]) -> Markup:
    """Return what would have changed of what was refused at a gate; `counts` counts all of it."""
    parts = [
        element(
            "p",
            "None of this is published. All of it is in ",
            element("code", "held-changes.jsonl"),
            " of the folder of the run, output/last-run, for as long as it is the last one.",
            class_="note",
        )
    ]
    for kind, title in HELD_KINDS.items():
        items = [_change(one) for one in changes if one.change == kind][:MOST_CHANGES]
        if items:
            inner = cut_list(items, len(items), MOST_CHANGES, "")
            parts.append(_kind(kind, title, inner, counts.get(kind, 0)))
    return section("held", "What was held back", *parts)


def _kind(kind: str, title: str, inner: Markup, total: int) -> Markup:
    """Return the changes of one kind, open unless they are many new ones."""
    return element(
        "details",
        element("summary", element("h3", f"{title}: {total:,}")),
        element("div", inner, class_=f"list {kind}"),
        **({"open": "open"} if kind != "created" or total <= MOST_CHANGES else {}),
    )


def repairs_section(figures: Figures) -> Markup:
    """Return what was changed in the sources' values, before and after, record by record."""
    if not figures.rules and not figures.decisions:
        return section("repairs", "What was repaired", element("p", "Nothing had to be repaired."))
    total = sum(figures.rules.values())
    shown = len(figures.repairs)
    parts = [
        element(
            "p",
            f"{plural(total, 'value')} of {plural(figures.repaired_records, 'record')}"
            " changed on the way in. The source's own spelling is kept, and what stood there"
            " before is recorded.",
        ),
        _rule_table(figures),
        *_by_record(figures.repairs),
    ]
    if total > shown:
        where = element("a", "provenance.nt.gz", href="provenance.nt.gz")
        note = f"The first {shown:,} of {total:,}; all of them are in "
        parts.append(element("p", note, where, ".", class_="note"))
    return section("repairs", "What was repaired", *parts)


def rule_name(rule: str) -> str:
    """Return what a rule does, for people.

    >>> rule_name("encoding.iso-8859-16")
    'damaged characters (iso-8859-16)'
    """
    name = rule
    while name and name not in _RULES:
        name = name.rpartition(".")[0]
    if not name:
        return rule
    rest = rule[len(name) :].removeprefix(".")
    return f"{_RULES[name]} ({rest})" if rest else _RULES[name]


def _change(change: Change) -> Markup:
    parts = [
        words(change.title or change.id),
        " ",
        element("code", change.id),
    ]
    if change.reason:
        parts.append(element("p", words(change.reason), class_="note"))
    rows = [_field(name, *change.fields[name]) for name in list(change.fields)[:MOST_FIELDS]]
    if rows:
        parts.append(element("dl", *rows, class_="fields"))
    if len(change.fields) > MOST_FIELDS:
        left = len(change.fields) - MOST_FIELDS
        parts.append(element("p", f"and {plural(left, 'field')} more", class_="note"))
    return join(parts)


def _field(name: str, before: str, after: str) -> Markup:
    return element("div", element("dt", name), _pair(before, after))


def _pair(before: str, after: str) -> Markup:
    nothing = element("em", "nothing", class_="gap")
    old, new = (text or nothing for text in differences(before, after))
    hidden_before = element("span", "before: ", class_="hidden")
    hidden_after = element("span", "after: ", class_="hidden")
    return join(
        [
            element("dd", hidden_before, element("bdi", old), class_="before"),
            element("dd", hidden_after, element("bdi", new), class_="after"),
        ]
    )


def _rule_table(figures: Figures) -> Markup:
    counts = [*figures.rules.items(), *figures.decisions.items()]
    counts.sort(key=lambda pair: (-pair[1], pair[0]))
    rows = [[rule_name(rule), element("code", rule), f"{number:,}"] for rule, number in counts]
    return element(
        "details",
        element("summary", element("h3", "By rule")),
        table("How often each rule was used", ("What", "Rule", "Times"), rows),
    )


def _by_record(repairs: Sequence[Repair]) -> Iterable[Markup]:
    start = 0
    while start < len(repairs):
        end = start
        while end < len(repairs) and repairs[end].record == repairs[start].record:
            end += 1
        first = repairs[start]
        rows = [
            element(
                "div",
                element("dt", one.property, " ", badge(rule_name(one.rule), "info"), _sure(one)),
                _pair(one.before, one.after),
            )
            for one in repairs[start:end]
        ]
        yield element(
            "article",
            element("h3", words(first.title or first.record, first.language)),
            element("p", element("code", first.record), class_="note"),
            element("dl", *rows, class_="fields"),
            class_="repair",
        )
        start = end


def _sure(repair: Repair) -> str:
    return "" if repair.confidence >= 1 else f" {repair.confidence:.0%} sure"
