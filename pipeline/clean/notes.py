"""What is written down while one record is cleaned: its values, the evidence, the issues."""

from __future__ import annotations

import msgspec

from pipeline.model import Evidence, Issue, Severity

LONGEST_SHOWN = 500  # characters of an issue's value; a person reads it


class Notes:
    """Evidence and issues of one record, gathered as they arise."""

    def __init__(self, source: str, position: str, issues: list[Issue]) -> None:
        """Start with the issues that the record brings along."""
        self.source = source
        self.position = position
        self.issues = issues
        self.evidence: list[Evidence] = []

    def changed(
        self, field: str, rule: str, before: str, after: str, confidence: float = 1.0
    ) -> None:
        """Note that `before` became `after` by `rule`."""
        self.evidence.append(
            Evidence(
                property=field,
                rule=rule,
                before=_storable(before),
                after=after,
                confidence=min(1.0, max(0.0, round(confidence, 4))),
            )
        )

    def warn(self, field: str, value: str, message: str, severity: Severity = "warning") -> None:
        """Note a problem with a value."""
        self.issues.append(
            Issue(
                source=self.source,
                identifier=self.position,
                stage="clean",
                property=field,
                value=_storable(value[:LONGEST_SHOWN]),
                severity=severity,
                message=message,
            )
        )


class Value(msgspec.Struct):
    """One value on its way: its field, its text as far as it has come, where to take notes.

    `language` is what the source states of it, as the source writes it.
    """

    field: str
    text: str
    notes: Notes
    is_default: bool = False
    language: str = ""


def _storable(text: str) -> str:
    """Return `text` with lone surrogates spelt out, which no file can hold as they are."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
