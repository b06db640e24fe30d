"""The text of a page, as copied from a browser -> its labels: lines that come again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.extract.furniture import furniture_of
from pipeline.extract.lines import Line as TextLine
from pipeline.extract.lines import folded, is_sentence, lines_of
from pipeline.extract.payloads import shown
from pipeline.extract.totals import declared_total
from pipeline.probe.proposal import Proposal
from pipeline.probe.sample import Sample
from pipeline.probe.toml_text import Line
from pipeline.probe.words import field_of_label

LONGEST_LABEL = 60
MOST_LABELS = 40
TITLE_LONGEST = 300
MOST_TEXT = 3_000_000


def propose_text(sample: Sample, known_types: frozenset[str]) -> Proposal | None:
    """Return the proposal for a page's text, or None where no line is a label of entries."""
    labels = find_labels(sample.text[:MOST_TEXT], known_types)
    if not labels:
        return None
    proposal = Proposal(kind="text-listing", location=sample.location)
    proposal.tables["text"] = [
        Line("labels", labels, "The lines that stand above the entries and say what each is. Add "
             "those that this page happens not to have.")
    ]  # fmt: skip
    return proposal


def find_labels(text: str, known_types: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the lines that stand above titles again and again, or that are known types."""
    lines = list(lines_of(text))
    counts = Counter(folded(line.text) for line in lines if _may_be_label(line.text))
    written: dict[str, str] = {}
    for place, line in enumerate(lines):
        key = folded(line.text)
        if not key or key in written or not _may_be_label(line.text):
            continue
        repeated = counts[key] > 1 and _is_above_titles(lines, key)
        known = key in known_types and _title_follows(lines, place)
        if repeated or known:
            written[key] = shown(line.text, LONGEST_LABEL)
    kept = [label for key, label in written.items()
            if counts[key] > 1 or key in known_types]  # fmt: skip
    return tuple(kept[:MOST_LABELS])


def _may_be_label(text: str) -> bool:
    return (
        1 < len(text) <= LONGEST_LABEL
        and any(character.isalpha() for character in text)
        and not text.rstrip().endswith((".", ",", ";"))
        and not furniture_of(text)
        and declared_total(text) is None
        and len(text.split()) <= 8  # noqa: PLR2004 - more is a title
        and "://" not in text
    )


def _is_above_titles(lines: Sequence[TextLine], key: str) -> bool:
    """Say whether below most of the lines of this label there is a title, each another one."""
    titles = [
        lines[place + 1].text
        for place, line in enumerate(lines[:-1])
        if folded(line.text) == key and _title_follows(lines, place)
    ]
    total = sum(folded(line.text) == key for line in lines)
    different = len({folded(title) for title in titles})
    names_value = field_of_label(key) not in {"", "title", "type"}  # such as "Author"
    return different >= 2 and different >= 0.7 * total and not names_value  # noqa: PLR2004


def _title_follows(lines: Sequence[TextLine], place: int) -> bool:
    if place + 1 >= len(lines):
        return False
    title = lines[place + 1].text
    return (
        not furniture_of(title)
        and not is_sentence(title, TITLE_LONGEST)
        and sum(c.isalpha() for c in title) > 3  # noqa: PLR2004
    )
