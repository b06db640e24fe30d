"""What stops a source or a run, as one tree; each class carries its exit code.

    CataloomError             1  anything we can explain but did not foresee a code for
    ├── SettingsError         2  settings, ontology or shapes are wrong
    ├── SourceError           3  one source failed; the others go on
    ├── RunRefused            4  nothing may be published
    ├── LockHeld              5  another run works on this catalogue
    ├── QueryTimeout          6  a query ran out of time
    ├── QueryError            2  a query that is not SPARQL, or that asks for what is not allowed
    ├── ReleaseError          7  a release is missing, damaged or too new to read
    ├── NothingFoundError     2  `explain` knows no such record (pipeline.find_record)
    └── OutputError           1  the output folder cannot be written

A problem with one *record* is not an exception but a `pipeline.model.Issue`.
"""

from __future__ import annotations

from pathlib import Path


class CataloomError(Exception):
    """A failure that is explained to the person who meets it.

    `what` says what is wrong, `where` the place (file, key, record), `expected` what would have
    been right and `next_step` what to do now. All are single lines of plain text.

    Of a run that ended with it: `catalogue` is its folder, and with `is_known` people had been told
    of it before.
    """

    exit_code = 1
    catalogue: Path | None = None
    is_known = False

    def __init__(
        self, what: str, *, where: str = "", expected: str = "", next_step: str = ""
    ) -> None:
        """Keep the four parts; the exception's text joins those that are given."""
        self.what = what
        self.where = where
        self.expected = expected
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return the message, e.g. `input/a.toml: key 'x': unknown; expected …; next: …`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.next_step:
            text += f"; next: {self.next_step}"
        return text

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by parts, so that a worker process can raise it."""
        return (_rebuild, (type(self), self.what, self.where, self.expected, self.next_step))


class SettingsError(CataloomError):
    """Settings, ontology or shapes are wrong; nothing has been done."""

    exit_code = 2


class SourceError(CataloomError):
    """One source cannot be read or was refused; the other sources go on."""

    exit_code = 3


class RunRefused(CataloomError):
    """The run as a whole may not publish; the previous release stays."""

    exit_code = 4


class LockHeld(CataloomError):
    """Another run works on this catalogue folder."""

    exit_code = 5


class QueryTimeout(CataloomError):
    """A query did not finish within its limit and was killed."""

    exit_code = 6


class QueryError(CataloomError):
    """A query that cannot be parsed or asks for what is not allowed."""

    exit_code = 2


class ReleaseError(CataloomError):
    """A release is missing, damaged or written by a newer Cataloom."""

    exit_code = 7


class OutputError(CataloomError):
    """The output folder cannot be written."""


def _rebuild(
    kind: type[CataloomError], what: str, where: str, expected: str, next_step: str
) -> CataloomError:
    return kind(what, where=where, expected=expected, next_step=next_step)


def show_path(path: Path) -> str:
    """Return `path` as a person would type it: relative to the current folder where it can be."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
