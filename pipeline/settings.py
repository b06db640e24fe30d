"""The settings of a catalogue folder as frozen structs: `catalogue.toml` and `input/*.toml`.

`pipeline.catalogue_folder` reads and checks them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

CATALOGUE_FILE = "catalogue.toml"
SOURCE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
KINDS = {"html-listing": "html", "text-listing": "text"}  # kind -> its table in the source file
IRI_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\]')

Tag = Annotated[str, msgspec.Meta(pattern=f"^{LANGUAGE_TAG.pattern}$")]
Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]


class Publisher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who publishes the catalogue."""

    name: str
    homepage: str = ""


class ValidateSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How validation works.

    Up to `reference_limit` records pyshacl checks every record; above it at most
    `reference_sample` rejected ones and a sample of `reference_sample`, drawn with `seed`.
    `most_results` bounds the violations of one source, beyond which the source is refused.
    """

    reference_limit: NotNegative = 2000
    reference_sample: NotNegative = 200
    seed: int = 437
    most_results: Positive = 1000


class LanguageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of the language evidence rule (docs/decisions)."""

    prior: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.7
    accept: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    veto: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5


class QuerySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of one SPARQL query: seconds of wall time, megabytes of memory."""

    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    memory: Positive = 2048


class Rights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source allows: a licence IRI, an attribution, the fields that may be published.

    An empty `licence` means unknown (a warning); an empty `publish` means every field.
    """

    licence: str = ""
    attribution: str = ""
    publish: tuple[str, ...] = ()


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one field is taken from an HTML entry.

    `select` is a CSS selector, or an XPath expression behind `xpath:`; `attribute` takes that
    attribute instead of the content; `html` keeps the markup for clean to read; `split` cuts one
    value into several.
    """

    select: str
    attribute: str = ""
    html: bool = False
    split: str = ""


class HtmlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The selectors of an `html-listing` (CSS, or XPath behind `xpath:`)."""

    entry: str
    fields: dict[str, Field | str]
    next: str = ""
    total: str = ""


class TextSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reading rules of a `text-listing`.

    `labels` are the entry labels as the page shows them, in any language; `furniture` lines that
    belong to the page and not to an entry, beyond those that are recognised; `title_longest` the
    most characters that a title may have.
    """

    labels: tuple[str, ...]
    furniture: tuple[str, ...] = ()
    title_longest: Positive = 300


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source: one TOML file in `input/`.

    `location` is a path or glob relative to the source file. `key` names the fields whose repaired
    values identify an entry. `labels` maps the source's type labels to concepts (their local name
    or IRI) beyond the labels the concept scheme holds. `defaults` are values for fields the source
    does not give. `file` is where this was read from.
    """

    kind: str
    location: str
    languages: Annotated[tuple[Tag, ...], msgspec.Meta(min_length=1)]
    name: str = ""
    title: str = ""
    homepage: str = ""
    collection: str = ""
    encoding: str = ""
    key: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("title", "type")
    labels: dict[str, str] = {}
    defaults: dict[str, str] = {}
    rights: Rights = Rights()
    html: HtmlSettings | None = None
    text: TextSettings | None = None
    file: str = ""


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`catalogue.toml`: the catalogue as a whole; `folder` is where it stands."""

    base: str
    title: dict[Tag, str]
    publisher: Publisher
    licence: str
    languages: Annotated[tuple[Tag, ...], msgspec.Meta(min_length=1)]
    contact: str
    description: dict[Tag, str] = {}
    homepage: str = ""
    validate: ValidateSettings = ValidateSettings()
    language: LanguageSettings = LanguageSettings()
    query: QuerySettings = QuerySettings()


class Settings(msgspec.Struct, frozen=True):
    """The checked settings of one catalogue folder."""

    folder: Path
    catalogue: Catalogue
    sources: tuple[Source, ...]

    @property
    def output(self) -> Path:
        """Return where releases are published."""
        return self.folder / "output"


def iri_problem(value: str) -> str:
    """Return what keeps `value` from being an absolute http(s) IRI (RFC 3987), or an empty text."""
    if not value:
        return "it is empty"
    if found := IRI_FORBIDDEN.search(value):
        return f"it holds {found.group()!r}, which no IRI may hold"
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"http", "https"}:
        return "it does not start with http:// or https://"
    return "" if host else "it names no host"


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for the nearest of `words`, or an empty text."""
    close = difflib.get_close_matches(word, list(words), 1, 0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""
