"""A small OAI-PMH provider for tests: its records, its answers, what can go wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pipeline.extract.access import Access
from pipeline.extract.fetch import Fetcher
from pipeline.extract.oai_answer import Answer, read_answer
from pipeline.extract.oai_pmh import pages
from pipeline.extract.payloads import Payload
from pipeline.kinds import OaiSettings
from pipeline.model import Issue, Page
from pipeline.settings import Source

SECONDS = "YYYY-MM-DDThh:mm:ssZ"
DAYS = "YYYY-MM-DD"
BASE = "https://example.org/oai"
NOW = "2024-06-01T12:00:00Z"
ROOT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
)
DC = (
    'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
MOST_REQUESTS = 500
SPECIAL = "a b/&=?#%41+ü"  # what a token may hold, and an address may not


class Item(NamedTuple):
    """A record of the provider; its `title` is XML."""

    identifier: str
    datestamp: str = "2024-01-01T00:00:00Z"
    sets: tuple[str, ...] = ()
    deleted: bool = False
    title: str = "A title"


FIVE = [Item(f"oai:x:{n}", f"2024-01-0{n}T10:00:00Z", title=f"Title {n}") for n in range(1, 6)]


class Provider:
    """Answers requests from `items`, at most `page_size` on a page.

    `before(query, number)` is called before each request, which is the `number`th; what it returns
    is the answer, unless that is None. `extra` is put into each resumptionToken element.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        page_size: int = 2,
        granularity: str = SECONDS,
        prefixes: tuple[str, ...] = ("oai_dc",),
        deletions: str = "persistent",
        version: str = "2.0",
        earliest: str = "2000-01-01T00:00:00Z",
        date: str = NOW,
        has_sizes: bool = True,
        before: Callable[[dict[str, str], int], bytes | str | None] | None = None,
    ) -> None:
        self.items = list(items)
        self.page_size = page_size
        self.granularity = granularity
        self.prefixes = prefixes
        self.deletions = deletions
        self.version = version
        self.earliest = earliest
        self.date = date
        self.has_sizes = has_sizes
        self.before = before
        self.queries: list[dict[str, str]] = []

    def answer(self, query: dict[str, str]) -> bytes:
        """Return the answer to a request."""
        self.queries.append(query)
        assert len(self.queries) < MOST_REQUESTS, "the harvest does not end"
        told = self.before(query, len(self.queries)) if self.before else None
        if told is not None:
            return told if isinstance(told, bytes) else told.encode()
        answers = {
            "Identify": self.identify, "ListMetadataFormats": self.formats, "ListSets": self.sets,
        }  # fmt: skip
        verb = query["verb"]
        content = answers[verb]() if verb in answers else self.records(query)
        return self.page(content).encode()

    def page(self, content: str) -> str:
        """Return a whole answer around `content`."""
        return f"{ROOT}<responseDate>{self.date}</responseDate><request/>{content}</OAI-PMH>"

    def identify(self) -> str:
        return (
            f"<Identify><repositoryName>Demo</repositoryName>"
            f"<protocolVersion>{self.version}</protocolVersion>"
            f"<earliestDatestamp>{self.earliest}</earliestDatestamp>"
            f"<deletedRecord>{self.deletions}</deletedRecord>"
            f"<granularity>{self.granularity}</granularity></Identify>"
        )

    def formats(self) -> str:
        formats = "".join(
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix></metadataFormat>"
            for prefix in self.prefixes
        )
        return f"<ListMetadataFormats>{formats}</ListMetadataFormats>"

    def sets(self) -> str:
        names = sorted({name for item in self.items for name in item.sets})
        if not names:
            return '<error code="noSetHierarchy">no sets here</error>'
        sets = "".join(f"<set><setSpec>{name}</setSpec></set>" for name in names)
        return f"<ListSets>{sets}</ListSets>"

    def records(self, query: dict[str, str]) -> str:
        """Return the content of an answer to ListRecords."""
        if "resumptionToken" in query:
            others = {"metadataPrefix", "set", "from", "until"}
            assert not query.keys() & others, "the argument is exclusive (§3.5)"
            start, set_, start_date, end_date, special = query["resumptionToken"].split("|")
            assert special == SPECIAL
            offset = int(start)
        else:
            assert query["metadataPrefix"] in self.prefixes
            offset, set_ = 0, query.get("set", "")
            start_date, end_date = query.get("from", ""), query.get("until", "")
        found = [
            item
            for item in self.items
            if (not set_ or set_ in item.sets)
            and (not start_date or item.datestamp[: len(start_date)] >= start_date)
            and (not end_date or item.datestamp[: len(end_date)] <= end_date)
        ]
        if not found:
            return '<error code="noRecordsMatch">nothing</error>'
        shown = "".join(map(record, found[offset : offset + self.page_size]))
        end = offset + self.page_size
        token = "|".join((str(end), set_, start_date, end_date, SPECIAL.replace("&", "&amp;")))
        size = f' completeListSize="{len(found)}"' if self.has_sizes else ""
        token = f"<resumptionToken{size}>{token if end < len(found) else ''}</resumptionToken>"
        return f"<ListRecords>{shown}{token if len(found) > self.page_size else ''}</ListRecords>"

    @property
    def lists(self) -> list[dict[str, str]]:
        """Return the requests for records, without their verb."""
        return [
            {name: value for name, value in query.items() if name != "verb"}
            for query in self.queries
            if query["verb"] == "ListRecords"
        ]


class Memory(Fetcher):
    """A fetcher that asks a provider of this process, without sockets."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.restarts = 0

    def get(self, url: str, **_: object) -> Payload:
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        data = self.provider.answer(query)
        return Payload(url, data, hashlib.sha256(data).hexdigest(), url=url)

    def restart(self) -> None:
        self.restarts += 1


def record(item: Item) -> str:
    """Return a record as the provider writes it."""
    status = ' status="deleted"' if item.deleted else ""
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in item.sets)
    header = (
        f"<header{status}><identifier>{item.identifier}</identifier>"
        f"<datestamp>{item.datestamp}</datestamp>{sets}</header>"
    )
    metadata = f"<metadata>{dublin_core(f'<dc:title>{item.title}</dc:title>')}</metadata>"
    return f"<record>{header}{'' if item.deleted else metadata}</record>"


def dublin_core(content: str) -> str:
    """Return an `oai_dc:dc` element around `content`."""
    return f"<oai_dc:dc {DC}>{content}</oai_dc:dc>"


def listed(content: str) -> str:
    """Return an answer to ListRecords around `content`."""
    return f"{ROOT}<responseDate>{NOW}</responseDate><ListRecords>{content}</ListRecords></OAI-PMH>"


def oai_source(location: str = "list.xml", **settings: object) -> Source:
    """Return a source; `settings` are keys of its `[oai]` table, or of the file itself."""
    own = {name: settings.pop(name) for name in list(settings) if name in Source.__struct_fields__}
    oai = OaiSettings(**settings)  # type: ignore[arg-type]
    told = {"kind": "oai-pmh", "languages": ("en",), "name": "demo", "file": "input/demo.toml"}
    return Source(location=location, oai=oai, **{**told, **own})  # type: ignore[arg-type]


def payload_of(text: str | bytes, **fields: str) -> Payload:
    """Return a payload named `list.xml` of some text."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return Payload("list.xml", data, hashlib.sha256(data).hexdigest(), **fields)  # type: ignore[arg-type]


def answer_of(text: str | bytes, **fields: str) -> Answer:
    """Return the parts of an answer."""
    return read_answer(payload_of(text, **fields), oai_source())


def saved(folder: Path, **files: str | bytes) -> None:
    """Write files `name.xml` into `folder`."""
    for name, text in files.items():
        data = text.encode() if isinstance(text, str) else text
        (folder / f"{name}.xml").write_bytes(data)


def harvest(
    provider: Provider, location: str = BASE, *, since: str = "", **settings: object
) -> list[Page]:
    """Return the pages of a provider of this process."""
    access = Access(Path(), Path("/nonexistent"), Memory(provider), since)
    return list(pages(oai_source(location, **settings), access))


def titles(found: list[Page]) -> list[str]:
    return [record.fields["title"][0] for page in found for record in page.records]


def keys(found: list[Page]) -> list[str]:
    return [record.key for page in found for record in page.records]


def deleted(found: list[Page]) -> list[str]:
    return [key for page in found for key in page.deleted]


def issues(found: list[Page]) -> list[Issue]:
    return [issue for page in found for issue in page.issues]


def told(found: list[Page]) -> str:
    return "\n".join(issue.message for issue in issues(found))
