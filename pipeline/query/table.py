"""Answers as a table for people: columns that fit the terminal, nothing that steers it."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, Final

from pipeline.query.prefixes import shorten

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

MEASURED_ROWS: Final = 1000  # the rows that decide the columns' widths; the rest is streamed
NARROWEST: Final = 8  # columns below which a cell is not readable
MOST_LINES: Final = 8  # of one cell; beyond, a row is easier to read as a block
INDENT: Final = 2  # of the further lines of a cell, which tells them from the next row
BETWEEN: Final = " │ "
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

# Datatypes that a value shows by itself.
_EVIDENT: Final = """string integer decimal double float boolean date dateTime gYear gYearMonth
    nonNegativeInteger positiveInteger int long"""
EVIDENT: Final = frozenset(XSD + name for name in _EVIDENT.split())
# Invisible characters that turn or hide text: bidirectional controls, zero-width space, BOM.
_DECEPTIVE: Final = frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x200E, 0x200F, 0xFEFF))
)
DELETE: Final = "\x7f"
PICTURES: Final = 0x2400  # Unicode's pictures of the control characters, in their order
_DEPRECATED_TAGS: Final = range(0xE0000, 0xE0080)


def show(term: NamedNode | BlankNode | Literal | Triple | None, prefixes: dict[str, str]) -> str:
    """Return a term for reading: `dcterms:title`, `<iri>`, `text @pt`, `1984/1990 ^^<…>`, or ''."""
    import pyoxigraph

    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        return visible(shorten(term.value, prefixes))
    if not isinstance(term, pyoxigraph.Literal):
        return visible(str(term))
    text = visible(term.value)
    if term.language:
        return f"{text} @{term.language}"
    datatype = term.datatype.value
    return text if datatype in EVIDENT else f"{text} ^^{shorten(datatype, prefixes)}"


def visible(text: str) -> str:
    r"""Return `text` with what a terminal would obey, hide or turn made visible.

    Control characters become their pictures, others their code point in braces.

    >>> visible("a\x1b[2Jb\u202ec")
    'a␛[2Jb{202E}c'
    """
    if text.isprintable() and text.isascii():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    code = ord(character)
    if code < ord(" "):
        return chr(PICTURES + code)
    if character == DELETE:
        return "␡"
    if (
        character in _DECEPTIVE
        or code in _DEPRECATED_TAGS
        or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
    ):
        return f"{{{code:04X}}}"
    return character


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """Cut `text` into lines of at most `width` columns, at spaces where it can be.

    Lines after the first begin with `indent` spaces; a language tag stays with the last word.

    >>> wrap("Guía para proveedores @es", 10, 2)
    ['Guía para', '  proveedo', '  res @es']
    """
    if width <= 0 or cells(text) <= width:
        return [text]
    *words, last = text.split(" ")
    if words and last.startswith("@") and cells(f"{words[-1]} {last}") <= width - indent:
        last = f"{words.pop()} {last}"
    lines: list[str] = []
    line = ""
    for word in (*words, last):
        room = width - indent if lines else width
        if line and cells(line) + 1 + cells(word) <= room:
            line += f" {word}"
            continue
        if line:
            lines.append(line)
        *whole, line = _chop(word, width - indent)
        lines += whole
    first, *others = [*lines, line] if line else lines or [""]
    return [first, *(" " * indent + other for other in others)]


def _chop(word: str, width: int) -> list[str]:
    if cells(word) <= width:
        return [word]
    from rich.cells import chop_cells

    return chop_cells(word, width)


def write(
    names: Sequence[str], rows: Iterable[Sequence[str]], output: BinaryIO, width: int
) -> None:
    """Write the table and, as its last line, the number of rows; `width` 0 wraps nothing.

    Where the columns cannot fit, or would be long and thin, each row becomes a block of lines,
    `name: value`.
    """
    remaining = iter(rows)
    measured = list(itertools.islice(remaining, MEASURED_ROWS))
    natural = [max(cells(cell) for cell in column) for column in zip(names, *measured, strict=True)]
    space = width - len(BETWEEN) * (len(names) - 1)
    widths = _share(natural, space) if width else natural
    as_blocks = width > 0 and (
        sum(min(size, NARROWEST) for size in natural) > space
        or any(wanted > size * MOST_LINES for size, wanted in zip(widths, natural, strict=True))
    )
    if names and not as_blocks:
        _put(output, [*_lines(names, widths), "─┼─".join("─" * size for size in widths)])
    count = 0
    for row in itertools.chain(measured, remaining):
        count += 1
        if as_blocks:
            _put(output, _block(names, row, width, count))
        else:
            _put(output, _lines(row, widths if width else [0] * len(widths), natural))
    _put(output, [f"{count} row{'' if count == 1 else 's'}"])


def _put(output: BinaryIO, lines: Iterable[str]) -> None:
    output.write("".join(f"{line.rstrip()}\n" for line in lines).encode())


def _share(natural: Sequence[int], space: int) -> list[int]:
    """Return widths whose sum is at most `space`: narrow columns keep theirs, wide ones share."""
    widths = [0] * len(natural)
    left = space
    for position, index in enumerate(sorted(range(len(natural)), key=lambda item: natural[item])):
        widths[index] = min(natural[index], left // (len(natural) - position))
        left -= widths[index]
    return widths


def _lines(
    row: Sequence[str], widths: Sequence[int], padding: Sequence[int] | None = None
) -> Iterator[str]:
    """Yield the lines of one row; a width of 0 does not wrap and pads to `padding`."""
    wrapped = [wrap(cell, size, INDENT) for cell, size in zip(row, widths, strict=True)]
    sizes = [size or (padding or widths)[index] for index, size in enumerate(widths)]
    for parts in itertools.zip_longest(*wrapped, fillvalue=""):
        yield BETWEEN.join(
            part + " " * (size - cells(part)) for part, size in zip(parts, sizes, strict=True)
        )


def _block(names: Sequence[str], row: Sequence[str], width: int, number: int) -> Iterator[str]:
    yield f"── {number} ──"
    for name, cell in zip(names, row, strict=True):
        if cell:
            yield from wrap(f"{name}: {cell}", width, INDENT)
