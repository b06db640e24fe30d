"""Where the entries of a copied page begin and end.

The first line below a label is the title, whatever it looks like; all lines up to the next label
are the abstract. The doubtful cases, and how each is read (n1, n2, n3 are the lines below a label):

1. n1 is a label too. n2 is prose: n1 is the title. n2 is short and n3 is no label: n1 is the label
   of the next entry, and this line is left out, with an issue. Else n1 is the title, with an
   issue.
2. Three labels or more in a row where a page begins: a list of filters. The last one opens an
   entry; an issue says so where it is not one of those before it.
3. n1 is prose, which a title is not. Where most titles of the page are prose it is the title.
   Else, with an issue: the title where an abstract follows or no entry is open, a part of the open
   abstract where not. n1 longer than `title_longest` is never a title.
4. n1 looks like furniture: it is the title, unless n2 is part of a menu or missing.
5. n1 has no letter (a filter's count), or there is no n1: no entry, with an issue below the first.

A row of page numbers or a footer line ends the listing where no whole entry follows.
`pipeline.extract.text_trimming` then takes out of the abstracts what is no part of them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.extract.furniture import LONGEST, Furniture, furniture_of, is_page_number
from pipeline.extract.lines import Line, folded, is_sentence, is_short
from pipeline.extract.payloads import shown
from pipeline.extract.totals import Total, declared_total
from pipeline.kinds import TextSettings

FILTERS = 3
"""Labels in a row that are a list of filters."""

ABSTRACT_WORDS = 6
"""Words from which a line below a title shows that the entry is a whole one."""

ENDS = frozenset({"pager", "footer"})


class Note(msgspec.Struct, frozen=True):
    """What a person should know: an issue but for its source and record.

    `loses` says that an entry may stand there which was not taken.
    """

    property: str
    value: str
    message: str
    severity: Literal["warning", "info"] = "warning"
    loses: bool = False


class Marked(msgspec.Struct, frozen=True):
    """The lines of a page, and of each what it may be besides text.

    `kind` is its furniture, `totals` the totals that lines declare, `named` the lines that
    `text.furniture` names, `longest` the most characters of a title.
    """

    lines: list[Line]
    label: list[bool]
    kind: list[Furniture]
    totals: dict[int, Total]
    named: list[bool]
    longest: int

    def text(self, index: int) -> str:
        """Return the text of the line at `index`."""
        return self.lines[index].text

    def is_prose(self, index: int) -> bool:
        """Say whether the line at `index` is prose rather than a title."""
        return is_sentence(self.lines[index].text, self.longest)

    def is_text(self, index: int) -> bool:
        """Say whether there is a line at `index` that is neither label nor furniture."""
        return index < len(self.lines) and not self.label[index] and not self.kind[index]

    def note(self, index: int, name: str, message: str, *, loses: bool = False) -> Note:
        """Return a note on the field `name` that begins with the line at `index`."""
        line = self.lines[index]
        told = f"line {line.number} ({shown(line.text)!r}) {message}"
        return Note(name, line.text, told, loses=loses)


class Entry(msgspec.Struct):
    """An entry as it grows: indexes of its lines, and notes for its record."""

    label: int
    title: int
    body: list[int]
    notes: list[Note]


class Opening(msgspec.Struct, frozen=True):
    """Whether a label opens an entry, whether else it stays in the abstract above; any doubt."""

    opens: bool
    note: Note | None = None
    kept: bool = False


def mark(lines: list[Line], is_label: list[bool], settings: TextSettings) -> Marked:
    """Find what each line may be: label, furniture, declared total."""
    names = {folded(line) for line in settings.furniture} - {""}
    kinds: list[Furniture] = []
    totals: dict[int, Total] = {}
    for index, line in enumerate(lines):
        total = None if is_label[index] else declared_total(line.text)
        if total is not None:
            totals[index] = total
        kinds.append("" if is_label[index] else "total" if total else furniture_of(line.text))
    named = [
        bool(names) and len(line.text) <= LONGEST and folded(line.text) in names for line in lines
    ]
    _mark_page_rows(lines, kinds)
    return Marked(lines, is_label, kinds, totals, named, settings.title_longest)


def open_entries(marked: Marked) -> tuple[list[Entry], list[Note]]:
    """Return the entries of a page with untrimmed abstracts, and notes about the page."""
    start, end = _bounds(marked)
    prose_titles = _titles_are_prose(marked, start, end)
    entries: list[Entry] = []
    notes: list[Note] = []
    index = start
    page_begins = True
    while index < end:
        if not marked.label[index]:
            if entries:
                entries[-1].body.append(index)
            page_begins = page_begins or marked.kind[index] in {*ENDS, "total"}
            index += 1
            continue
        if page_begins and (last := _last_filter(marked, index, end)) > index:
            above = {folded(marked.text(i)) for i in range(index, last)}
            if folded(marked.text(last)) not in above:
                message = (
                    "follows other labels without a break; they were taken for filters, and it "
                    "for the label of an entry: check the first entry"
                )
                notes.append(marked.note(last, "", message))
            index = last
        opening = _opening(marked, index, end, bool(entries), prose_titles)
        doubt = [opening.note] if opening.note else []
        if opening.opens:
            title = _title_below(marked, index, end)
            entries.append(Entry(index, title, [], doubt))
            index, page_begins = title + 1, False
            continue
        notes += doubt
        if opening.kept and entries:
            entries[-1].body.append(index)
        index += 1
    return entries, notes + _labels_after(marked, end)


def _mark_page_rows(lines: list[Line], kinds: list[Furniture]) -> None:
    """Mark page numbers that stand one a line, at least two in a row."""
    row: list[int] = []
    for index in range(len(lines) + 1):
        may_be = index < len(lines) and kinds[index] in {"", "pager"}
        if may_be and is_page_number(lines[index].text):
            row.append(index)
            continue
        if sum(lines[i].text.isdigit() for i in row) > 1:
            for member in row:
                kinds[member] = "pager"
        row = []


def _bounds(marked: Marked) -> tuple[int, int]:
    """Return where the listing begins (below the total, if one stands above it) and ends."""
    count = len(marked.lines)
    labels = [i for i in range(count) if marked.label[i]]
    start = _below_total(marked, labels)
    listed = [i for i in labels if i >= start]
    titled = [i for i in listed if marked.is_text(i + 1) and not marked.is_prose(i + 1)]
    whole = [
        i
        for i in titled
        if marked.is_text(i + 2) and marked.text(i + 2).count(" ") >= ABSTRACT_WORDS - 1
    ]
    last = (whole or titled or labels)[-1]
    for index in range(last + 2, count):
        if marked.kind[index] in ENDS and not marked.label[index - 1]:
            return start, index
    return start, count


def _below_total(marked: Marked, labels: list[int]) -> int:
    """Return the line below the total that stands above the entries, or 0 where none does.

    It is the first line that declares a total and is no title. More labels stand below it than
    above, where they are a menu's, and no prose comes between it and the next label.
    """
    for index, total in sorted(marked.totals.items()):
        if not total.certain or (index and marked.label[index - 1]):
            continue
        below = [i for i in labels if i > index]
        is_above = below and 2 * len(below) > len(labels)
        if is_above and not any(marked.is_prose(i) for i in range(index, below[0])):
            return index + 1
        break
    return 0


def _titles_are_prose(marked: Marked, start: int, end: int) -> bool:
    below = [i + 1 for i in range(start, end - 1) if marked.label[i] and not marked.label[i + 1]]
    prose = [i for i in below if marked.is_prose(i) and len(marked.text(i)) <= marked.longest]
    return 2 * len(prose) > len(below)


def _last_filter(marked: Marked, index: int, end: int) -> int:
    """Return the last label of a row of at least `FILTERS` that begins at `index`, else `index`."""
    last = index
    while last + 1 < end and marked.label[last + 1]:
        last += 1
    return last if last - index + 1 >= FILTERS else index


def _opening(marked: Marked, index: int, end: int, is_open: bool, prose_titles: bool) -> Opening:
    """Say whether the label at `index` opens an entry (the cases of the module's docstring)."""
    n1, n2 = index + 1, index + 2
    if n1 >= end:
        message = "is a label without a title below it: copy the page again if an entry is cut off"
        return Opening(False, marked.note(index, "", message, loses=True))
    if marked.label[n1]:
        return _opening_above_label(marked, index, end)
    if not any(c.isalpha() for c in marked.text(n1)):
        message = "is a label, but the line below it has no letter; no entry was taken: check it"
        return Opening(False, marked.note(index, "", message) if is_open else None)
    if marked.is_prose(n1) and (not prose_titles or len(marked.text(n1)) > marked.longest):
        return _opening_above_prose(marked, index, end, is_open)
    if marked.kind[n1] and is_open and (n2 >= end or marked.kind[n2] in {"menu", *ENDS}):
        message = "is a label above lines that look like a menu; no entry was taken: check the page"
        return Opening(False, marked.note(index, "", message))
    return Opening(True)


def _opening_above_label(marked: Marked, index: int, end: int) -> Opening:
    n1, n2, n3 = index + 1, index + 2, index + 3
    if n2 < end and not marked.label[n2]:
        if marked.is_prose(n2):
            return Opening(True)
        if n3 < end and not marked.label[n3] and is_short(marked.text(n2)):
            message = (
                "is a label, and so is the next line; it was left out as a label without a title: "
                "check the page"
            )
            return Opening(False, marked.note(index, "", message))
    message = "is a label where a title is expected; it was taken for the title: check the page"
    return Opening(True, marked.note(n1, "title", message))


def _opening_above_prose(marked: Marked, index: int, end: int, is_open: bool) -> Opening:
    n1, n2 = index + 1, index + 2
    use = "both were kept in the abstract above" if is_open else "both were left out"
    if len(marked.text(n1)) > marked.longest:
        message = (
            f"is a label above a line that is longer than a title ({len(marked.text(n1)):,} "
            f"characters); {use}: check the page, or raise 'text.title_longest'"
        )
        return Opening(False, marked.note(index, "description", message, loses=True), kept=True)
    if not is_open or (n2 < end and not marked.label[n2] and marked.is_prose(n2)):
        message = "reads like an abstract but stands where a title is expected; it was taken for it"
        return Opening(True, marked.note(n1, "title", message + ": check the page"))
    message = f"is a label above prose, where a title is expected; {use}: check the page"
    return Opening(False, marked.note(index, "description", message), kept=True)


def _title_below(marked: Marked, index: int, end: int) -> int:
    """Return the title's line: the next one, or the one after a line that the settings name."""
    n1, n2, n3 = index + 1, index + 2, index + 3
    if not marked.named[n1] or n3 >= end or marked.label[n2] or marked.label[n3]:
        return n1
    return n1 if marked.is_prose(n2) else n2


def _labels_after(marked: Marked, end: int) -> list[Note]:
    later = [i for i in range(end, len(marked.lines)) if marked.label[i]]
    if not later:
        return []
    line = marked.lines[later[0]]
    message = (
        f"{len(later)} labels from line {line.number} on stand below the listing's end (line "
        f"{marked.lines[end].number}); they were taken for a menu: check that no entry is there"
    )
    return [Note("", line.text, message, "info")]
