"""Values and comments as TOML writes them, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.extract.payloads import shown

Value = str | bool | int | float | tuple[str, ...] | dict[str, "str | bool"]
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
WIDEST = 100
LONGEST_COMMENT = 200


class Line(NamedTuple):
    """A setting with a comment above it; one that is `off` is written as a comment itself."""

    key: str
    value: Value
    comment: str = ""
    off: bool = False


def text_value(text: str) -> str:
    r"""Return a text as a TOML string; a literal one where that spares escapes.

    >>> print(text_value("a b"), text_value('a[rel="next"]'), text_value("a\nb\"'"))
    "a b" 'a[rel="next"]' "a\nb\"'"
    """
    if ('"' in text or "\\" in text) and "'" not in text and not UNSAFE.search(text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{UNSAFE.sub(_escaped, escaped)}"'


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"  # noqa: PLR2004


def value_text(value: Value) -> str:
    """Return any value of a setting as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, tuple):
        flat = ", ".join(map(text_value, value))
        if len(flat) <= WIDEST:
            return f"[{flat}]"
        return "[\n" + "".join(f"    {text_value(item)},\n" for item in value) + "]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{key_text(key)} = {value_text(item)}" for key, item in value.items())
        return f"{{ {pairs} }}"
    return text_value(value)


def key_text(key: str) -> str:
    """Return a key as TOML writes it."""
    return key if BARE_KEY.fullmatch(key) else text_value(key).replace("\n", "")


def comment_lines(text: str) -> Iterator[str]:
    """Yield a comment, cut at spaces into lines of a readable width."""
    for part in text.split("\n"):
        words = shown(part, LONGEST_COMMENT * 2).split()
        line = "#"
        for word in words:
            if len(line) + 1 + len(word) > WIDEST and line != "#":
                yield line
                line = "#"
            line += f" {word}"
        yield line


def table_text(name: str, lines: list[Line]) -> Iterator[str]:
    """Yield the lines of one table; its head is left out where all of its settings are off."""
    off = all(line.off for line in lines)
    if name:
        yield f"# [{name}]" if off and lines else f"[{name}]"
    for line in lines:
        if line.comment:
            yield from comment_lines(line.comment)
        text = f"{key_text(line.key)} = {value_text(line.value)}"
        if line.off:
            yield from (f"# {part}" for part in text.split("\n"))
        else:
            yield from text.split("\n")


def document(head: str, tables: Mapping[str, list[Line]]) -> str:
    """Return a TOML document: a comment at the head, the settings without a table, the tables."""
    parts = ["\n".join(comment_lines(head))]
    parts += ["\n".join(table_text(name, lines)) for name, lines in tables.items() if lines]
    return "\n\n".join(parts) + "\n"
