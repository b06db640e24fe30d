"""A function written as Python text and compiled: the writers are specialised for one context.

The text holds fixed words and numbers only. Whatever comes from the context or the settings is a
constant of the namespace (`C0`, `C1`, …) and is never part of the text, so that no context can
smuggle code in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Program:
    """Lines of Python and the constants they use.

    The function that they make gathers bytes in a list `parts`.
    """

    def __init__(self, names: Mapping[str, object]) -> None:
        """Start with `names`, the functions and tables that the lines call by name."""
        self._namespace: dict[str, object] = dict(names)
        self._lines: list[str] = []
        self._names: dict[bytes | str, str] = {}
        self._values: dict[str, bytes] = {}
        self._waiting: list[str] = []
        self._depth = 0

    def constant(self, value: bytes | str) -> str:
        """Return the name of a constant that holds `value`."""
        name = self._names.get(value)
        if name is None:
            name = self._names[value] = f"C{len(self._names)}"
            self._namespace[name] = value
            if isinstance(value, bytes):
                self._values[name] = value
        return name

    def line(self, depth: int, text: str) -> None:
        """Add a line, indented `depth` times."""
        self._flush()
        self._lines.append("    " * depth + text)

    def emit(self, depth: int, *pieces: str) -> None:
        """Add to `parts` what the expressions `pieces` give; neighbours are joined up."""
        if depth != self._depth:
            self._flush()
        self._depth = depth
        for piece in pieces:
            last = self._waiting[-1] if self._waiting else ""
            if piece in self._values and last in self._values:
                self._waiting[-1] = self.constant(self._values[last] + self._values[piece])
            else:
                self._waiting.append(piece)

    def _flush(self) -> None:
        pieces = [piece for piece in self._waiting if self._values.get(piece) != b""]
        if len(pieces) == 1:
            self._lines.append("    " * self._depth + f"parts.append({pieces[0]})")
        elif pieces:
            self._lines.append("    " * self._depth + f"parts += ({', '.join(pieces)})")
        self._waiting = []

    @property
    def text(self) -> str:
        """Return the program, for tests and curiosity."""
        self._flush()
        return "\n".join(self._lines) + "\n"

    def function(self, name: str) -> Any:
        """Compile the program and return the function `name` that it defines."""
        # Safe: the text is made of this package's own words; input is in constants only.
        exec(compile(self.text, "<writer>", "exec"), self._namespace)  # noqa: S102
        return self._namespace[name]
