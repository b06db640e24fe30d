"""The settings of a catalogue folder as frozen structs: `catalogue.toml` and `input/*.toml`.

`pipeline.catalogue_folder` reads and checks them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from pipeline.kinds import (
    KINDS,
    FeedSettings,
    HtmlSettings,
    JsonSettings,
    MarcSettings,
    NotNegative,
    OaiSettings,
    Positive,
    RdfSettings,
    SitemapSettings,
    TableSettings,
    TextSettings,
    WordpressSettings,
)

CATALOGUE_FILE = "catalogue.toml"
SOURCE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
IRI_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\]')

Tag = Annotated[str, msgspec.Meta(pattern=f"^{LANGUAGE_TAG.pattern}$")]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


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


class FetchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the web is read: politely, and within limits.

    `pause` is the seconds between two requests to one host, `retry_after` the longest wait (in
    seconds) that a server may ask for, `largest` the megabytes of one answer once decoded,
    `response_seconds` and `source_seconds` the time of one answer and of one harvest, `retries` how
    often a request is tried again; `robots` says whether robots.txt is obeyed.
    """

    pause: Seconds = 1.0
    retry_after: Seconds = 600.0
    largest: Positive = 50
    response_seconds: Seconds = 60.0
    source_seconds: Seconds = 21600.0
    retries: NotNegative = 4
    robots: bool = True


class SourceFetch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source sets otherwise than the catalogue's `FetchSettings`; None: as the catalogue."""

    pause: Seconds | None = None
    retry_after: Seconds | None = None
    largest: Positive | None = None
    response_seconds: Seconds | None = None
    source_seconds: Seconds | None = None
    retries: NotNegative | None = None
    robots: bool | None = None


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a source's secret comes from and how it is sent, to the source's own host only.

    `environment` names the variable that holds the secret. It is sent as the header `header`,
    behind `prefix`; or as the query parameter `parameter`; or, where `user` names a variable with
    the user's name, as the password of HTTP Basic (RFC 7617).
    """

    environment: str
    header: str = ""
    prefix: str = ""
    parameter: str = ""
    user: str = ""


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the further pages of a live listing are addressed.

    The query parameter `parameter` (or `{page}` in `location`) takes `first`, `first + step`, …
    until a page holds no entry or only entries that were seen, or `last` is reached (0: no limit).
    """

    parameter: str = ""
    first: NotNegative = 1
    step: Positive = 1
    last: NotNegative = 0


class DeletionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an entry that its source no longer shows is deleted.

    After `runs` complete harvests without it, and `days` after the first of them.
    """

    runs: Positive = 3
    days: NotNegative = 7


class AlertSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told when something is wrong, and how.

    `webhook` gets a POST of JSON, `email` are addresses, `ping` is asked for after each good run (a
    dead man's switch), `metrics` is a file for Prometheus. `env:NAME` instead of a value names the
    environment variable that holds it. `remind_days` apart people are told again of what is still
    wrong; `expected_hours` is the longest time between two good runs.
    """

    webhook: str = ""
    email: tuple[str, ...] = ()
    sender: str = ""
    smtp_host: str = "localhost"
    smtp_port: Positive = 25
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    smtp_password: str = ""
    ping: str = ""
    metrics: str = ""
    remind_days: Positive = 7
    expected_hours: Positive = 26


class LinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether and how the links of published records are checked.

    A link is asked for again after `every_days`, and may take `seconds`; a run asks for at most
    `per_run` links and for `run_seconds`. `broken_after` failing checks in a row are told of.
    """

    check: bool = False
    every_days: Positive = 7
    per_run: Positive = 500
    broken_after: Positive = 3
    seconds: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    run_seconds: Annotated[float, msgspec.Meta(gt=0)] = 600.0


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which releases are kept: the last `keep_last`, and the last of each of `keep_monthly` months.

    With `payloads`, those that no kept release refers to are removed.
    """

    keep_last: Positive = 30
    keep_monthly: NotNegative = 12
    payloads: bool = True


class Gates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stops a source, or is warned of, in percent; from `least` entries on.

    `fewer` than at the last harvest, or deleted by the source's word (`fewer_warn`: warned of); new
    and lost entries both above `rekeyed`; `updated` ones (warned of); `fill_rate` is the points by
    which the share of entries that give a field may fall (100: any); `rejected` records, more than
    the last time (else, and at the first harvest: warned of); titles whose language is `unsettled`
    (warned of).
    """

    fewer_warn: Percent = 15.0
    fewer: Percent = 30.0
    rekeyed: Percent = 30.0
    updated: Percent = 50.0
    fill_rate: Percent = 20.0
    rejected: Percent = 5.0
    unsettled: Percent = 10.0
    least: NotNegative = 5


class SourceGates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source sets otherwise than the catalogue's `Gates`; None: as the catalogue."""

    fewer_warn: Percent | None = None
    fewer: Percent | None = None
    rekeyed: Percent | None = None
    updated: Percent | None = None
    fill_rate: Percent | None = None
    rejected: Percent | None = None
    unsettled: Percent | None = None
    least: NotNegative | None = None


class Rights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source allows: a licence IRI, an attribution, the fields that may be published.

    An empty `licence` means unknown (a warning); an empty `publish` means every field.
    """

    licence: str = ""
    attribution: str = ""
    publish: tuple[str, ...] = ()


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One source: one TOML file in `input/`.

    `location` is a web address, or a path or glob relative to the source file. `key` names the
    fields whose repaired values identify an entry (none: those of its kind; `id` is the source's
    own key). `labels` maps the source's type labels to concepts (their local name or IRI) beyond
    the labels the concept scheme holds. `values` maps, for a field, values of the source to those
    that are meant; `defaults` are values for fields the source does not give. `complete` says that
    saved files are the whole listing, so that what they lack is gone. `file` is where this was read
    from.
    """

    kind: str
    location: str
    languages: Annotated[tuple[Tag, ...], msgspec.Meta(min_length=1)]
    name: str = ""
    title: str = ""
    homepage: str = ""
    collection: str = ""
    encoding: str = ""
    key: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    rights: Rights = Rights()
    complete: bool | None = None
    gates: SourceGates = SourceGates()
    fetch: SourceFetch = SourceFetch()
    credentials: Credentials | None = None
    paging: Paging | None = None
    html: HtmlSettings | None = None
    text: TextSettings | None = None
    oai: OaiSettings | None = None
    feed: FeedSettings | None = None
    wordpress: WordpressSettings | None = None
    table: TableSettings | None = None
    json: JsonSettings | None = None
    sitemap: SitemapSettings | None = None
    rdf: RdfSettings | None = None
    marc: MarcSettings | None = None
    file: str = ""

    @property
    def keyed_by(self) -> tuple[str, ...]:
        """Return the fields whose values identify an entry."""
        return self.key or KINDS[self.kind].key

    @property
    def origin(self) -> str:
        """Return the address that records are said to be taken from: it must not change by itself.

        The address of the page that an entry stood on does, as a listing grows.
        """
        address = self.location.strip() if self.is_live else ""
        return self.homepage or ("" if iri_problem(address) else address)

    @property
    def place(self) -> str:
        """Return its file as published messages name it, wherever the catalogue folder is."""
        return f"input/{Path(self.file).name or self.name + '.toml'}"

    @property
    def is_complete(self) -> bool:
        """Say whether a harvest that reached the last page is the whole listing."""
        return self.is_live if self.complete is None else self.complete

    @property
    def is_live(self) -> bool:
        """Say whether the source is read from the web, not from saved files."""
        return self.location.strip().lower().startswith(("http://", "https://"))


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
    fetch: FetchSettings = FetchSettings()
    deletion: DeletionSettings = DeletionSettings()
    gates: Gates = Gates()
    retention: RetentionSettings = RetentionSettings()
    alerts: AlertSettings = AlertSettings()
    links: LinkSettings = LinkSettings()


class Settings(msgspec.Struct, frozen=True):
    """The checked settings of one catalogue folder."""

    folder: Path
    catalogue: Catalogue
    sources: tuple[Source, ...]

    @property
    def output(self) -> Path:
        """Return where releases are published."""
        return self.folder / "output"


def gates_of(source: Source, catalogue: Catalogue) -> Gates:
    """Return the gates of a source: the catalogue's, but for what the source sets itself."""
    own = msgspec.structs.asdict(source.gates)
    return msgspec.structs.replace(
        catalogue.gates, **{name: value for name, value in own.items() if value is not None}
    )


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
