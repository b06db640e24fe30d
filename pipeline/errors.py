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

import errno
import re
from collections.abc import Sequence
from pathlib import Path

FILES = re.compile(r"(?m)^[^:]*?([\w.-]+\.(?:csv|jsonld|toml|ttl))(?=[:\s]|$)")


class CataloomError(Exception):
    """A failure that is explained to the person who meets it.

    `what` says what is wrong, `where` the place (file, key, record), `expected` what would have
    been right and `next_step` what to do now. All are single lines of plain text. `about` are short
    names of what it is about where that makes it another problem: the gate, the files, the source.

    Of a run that ended with it: `catalogue` is its folder, `sources` those that it read and that
    are right, and with `is_known` people had been told of it before.
    """

    exit_code = 1
    kind = "failed"
    catalogue: Path | None = None
    sources: tuple[str, ...] = ()
    is_known = False

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        expected: str = "",
        next_step: str = "",
        about: Sequence[str] = (),
    ) -> None:
        """Keep the parts; the exception's text joins the first four where they are given."""
        self.what = what
        self.where = where
        self.expected = expected
        self.next_step = next_step
        self.about = tuple(about)
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return the message, e.g. `input/a.toml: key 'x': unknown; expected …; next: …`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.next_step:
            text += f"; next: {self.next_step}"
        return text

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return what kinds of problem it is, in words that stay the same while it does."""
        return kinds_of(self.kind, self.about)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by parts, so that a worker process can raise it."""
        parts = (self.what, self.where, self.expected, self.next_step, self.about)
        return (_rebuild, (type(self), *parts))


class SettingsError(CataloomError):
    """Settings, ontology or shapes are wrong; nothing has been done."""

    exit_code = 2
    kind = "settings"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return what kinds of problem it is: one for each file that is wrong."""
        return kinds_of(self.kind, self.about or sorted(set(FILES.findall(str(self)))))


class SourceError(CataloomError):
    """One source cannot be read or was refused; the other sources go on."""

    exit_code = 3
    kind = "not read"


class RunRefused(CataloomError):
    """The run as a whole may not publish; the previous release stays."""

    exit_code = 4
    kind = "refused"


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
    kind = "release"


class OutputError(CataloomError):
    """The output folder cannot be written."""

    kind = "output"


def kinds_of(kind: str, about: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the kinds of a problem: one for each thing that it is about.

    >>> kinds_of("refused", ["fewer", "drift"])
    ('refused: fewer', 'refused: drift')
    """
    return tuple(f"{kind}: {one}" for one in about) or (kind,)


def about_system(error: OSError) -> tuple[str, ...]:
    """Return what an error of the system is about, e.g. `ENOSPC`: no room left."""
    name = errno.errorcode.get(error.errno or 0)
    return (name,) if name else ()


def _rebuild(
    kind: type[CataloomError],
    what: str,
    where: str,
    expected: str,
    next_step: str,
    about: Sequence[str],
) -> CataloomError:
    return kind(what, where=where, expected=expected, next_step=next_step, about=about)


def show_path(path: Path) -> str:
    """Return `path` as a person would type it: relative to the current folder where it can be."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
