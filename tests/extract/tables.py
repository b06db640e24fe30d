"""Short ways to read a table in tests."""

from __future__ import annotations

import hashlib

from pipeline.extract.payloads import Payload
from pipeline.extract.table import read
from pipeline.kinds import Field, TableSettings
from pipeline.model import Issue, Page, SourceRecord
from pipeline.settings import Source


def table_source(
    fields: dict[str, Field | str] | None = None, *, header: int = 0, delimiter: str = "",
    sheet: str = "", languages: tuple[str, ...] = ("en", "es"), encoding: str = "",
    defaults: dict[str, str] | None = None,
) -> Source:  # fmt: skip
    """Return a source of the kind `table` with these settings."""
    settings = TableSettings(fields or {}, header, delimiter, sheet)
    return Source(
        kind="table", location="list.csv", languages=languages, name="demo", table=settings,
        file="input/demo.toml", encoding=encoding, defaults=defaults or {},
    )  # fmt: skip


def payload_of(data: bytes | str, name: str = "list.csv", charset: str = "") -> Payload:
    """Return a payload of `data`; text as UTF-8."""
    raw = data.encode() if isinstance(data, str) else data
    return Payload(name, raw, hashlib.sha256(raw).hexdigest(), charset=charset)


def pages_of(data: bytes | str, source: Source | None = None) -> list[Page]:
    """Return the pages of one table."""
    return list(read(payload_of(data), source or table_source()))


def records_in(data: bytes | str, source: Source | None = None) -> list[SourceRecord]:
    """Return the records of one table."""
    return [record for page in pages_of(data, source) for record in page.records]


def fields_in(data: bytes | str, source: Source | None = None) -> list[dict[str, tuple[str, ...]]]:
    """Return the fields of each record of one table."""
    return [record.fields for record in records_in(data, source)]


def issues_in(data: bytes | str, source: Source | None = None) -> list[Issue]:
    """Return the issues of a table as a whole and of its records."""
    pages = pages_of(data, source)
    return [issue for page in pages for issue in page.issues] + [
        issue for page in pages for record in page.records for issue in record.issues
    ]
