"""What differs between two descriptions of one resource."""

from __future__ import annotations

from pipeline.model import Agent, Change, Date, Record, Suggestion, Text

# State and evidence are not the description.
_NOT_SHOWN = frozenset(
    {"id", "source", "key", "keys", "locator", "evidence", "issues", "release", "digest", "missing",
     "missing_since", "entry", "type_labels", "subject_labels"}
)  # fmt: skip


def order(record: Record) -> tuple[str, str]:
    """Return what records are sorted by: the hash in their identifier, then all of it."""
    return record.id[record.id.rindex("-") + 1 :], record.id


def title_of(record: Record) -> str:
    """Return a record's first title, by which a person knows it, or an empty text."""
    return record.title[0].value if record.title else ""


def change_of(before: Record | None, after: Record) -> Change:
    """Return the change from `before` (None: there was none) to `after`, field by field."""
    title = title_of(after)
    if before is None:
        return Change(after.id, "created", title, after.source)
    fields = {
        field: (show(getattr(before, field)), show(getattr(after, field)))
        for field in Record.__struct_fields__
        if field not in _NOT_SHOWN and getattr(before, field) != getattr(after, field)
    }
    return Change(after.id, "updated", title, after.source, fields)


def show(value: object) -> str:
    """Return a field's value as a person reads it.

    >>> show((Text("Guía", "es"), Text("Guide")))
    'Guía (es) | Guide'
    """
    match value:
        case None:
            text = ""
        case Text():
            text = f"{value.value} ({value.language})" if value.language else value.value
        case Agent():
            text = value.name
        case Date():
            text = value.value
        case Suggestion():
            text = f"{value.label.value} <{value.concept}>"
        case tuple():
            text = " | ".join(show(one) for one in value)
        case dict():
            text = " | ".join(f"{name}: {show(one)}" for name, one in sorted(value.items()))
        case _:
            text = str(value)
    return text
