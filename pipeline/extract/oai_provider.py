"""A live provider: the addresses of requests, and what it says about itself (OAI-PMH 2.0 §4)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.fetch import HttpError
from pipeline.extract.oai_answer import Answer, read_answer
from pipeline.extract.oai_dates import Granularity, granularity_of, is_moment
from pipeline.extract.oai_errors import no_such_prefix, refused
from pipeline.extract.oai_names import children, first, text_in
from pipeline.extract.oai_repair import EXPECTED, NEXT_STEP
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.model import Issue
from pipeline.settings import Source

ACCEPT = "text/xml, application/xml;q=0.9, */*;q=0.1"
ARGUMENTS = frozenset({"verb", "identifier", "metadataprefix", "from", "until", "set",
                       "resumptiontoken"})  # fmt: skip
MOST_SET_PAGES = 20
"""Pages of ListSets that are read for a message."""


class Repository(msgspec.Struct, frozen=True):
    """What a provider says of itself; `date` is the moment at which it did (empty: unknown).

    `deletions` is what becomes of deleted records: `persistent`, `transient` or `no`.
    """

    granularity: Granularity
    earliest: str
    deletions: str
    date: str


class Provider:
    """The provider at `base`; `issues` grows by what it does otherwise than the protocol says."""

    def __init__(self, source: Source, access: Access) -> None:
        """Keep what it works with; nothing is asked yet."""
        self.base = base_address(source.location)
        self.issues: list[Issue] = []
        self._source = source
        self._access = access

    def ask(self, verb: str, **arguments: str) -> tuple[Answer, Payload]:
        """Return the answer to a request, and the payload it was read from.

        Some providers give the errors of OAI-PMH with HTTP's; then it is these that count.
        """
        try:
            payload = self._access.web.get(address(self.base, verb, **arguments), accept=ACCEPT)
            answer = read_answer(payload, self._source)
        except HttpError as error:
            payload, answer = self._told_by(error)
        if verb != "ListRecords":  # the issues of records go with their page
            self.issues += answer.issues
        return answer, payload

    def _told_by(self, error: HttpError) -> tuple[Payload, Answer]:
        """Return the OAI-PMH error that came with an HTTP error; raises `error` where none did."""
        data = error.body
        payload = Payload(error.where, data, "")
        try:
            answer = read_answer(payload, self._source)
        except SourceError:
            raise error from None
        if not answer.errors:
            raise error
        return payload, answer

    def restart(self) -> None:
        """Have every page asked for anew."""
        self._access.web.restart()

    def note(self, message: str, severity: str = "warning") -> None:
        """Keep an issue of the source as a whole."""
        self.issues.append(source_issue(self._source, message, severity=severity))

    def identify(self) -> Repository:
        """Return the answer to Identify; raises `SourceError` where this is no OAI-PMH 2.0."""
        answer, payload = self.ask("Identify")
        if answer.verb != "identify" or answer.root is None:
            raise unexpected(answer, payload, "Identify")
        told = first(answer.root, "identify")
        told = answer.root if told is None else told
        version = text_in(told, "protocolversion")
        if version and not version.startswith("2."):
            raise SourceError(
                f"speaks OAI-PMH {shown(version)}", where=payload.name, expected="OAI-PMH 2.0",
                next_step="ask the provider for the base URL of its OAI-PMH 2.0 interface",
            )  # fmt: skip
        stated = text_in(told, "granularity")
        granularity = granularity_of(stated)
        if granularity is None:
            self.note(
                f"{payload.name}: states the granularity {shown(stated)!r}, expected YYYY-MM-DD or "
                "YYYY-MM-DDThh:mm:ssZ; days are used, which every provider takes"
            )
        date = answer.date
        if not is_moment(date):
            self.note(
                f"{payload.name}: its responseDate is {shown(date)!r}, expected a moment in UTC; "
                "so the next harvest will ask for everything"
            )
            date = ""
        return Repository(
            granularity or "day",
            text_in(told, "earliestdatestamp"),
            text_in(told, "deletedrecord").lower(),
            date,
        )

    def check_prefix(self, prefix: str) -> None:
        """Raise `SourceError` where ListMetadataFormats does not name `prefix`."""
        answer, payload = self.ask("ListMetadataFormats")
        if answer.verb != "listmetadataformats" or answer.root is None:
            raise unexpected(answer, payload, "ListMetadataFormats")
        formats = first(answer.root, "listmetadataformats")
        named = () if formats is None else children(formats, "metadataformat")
        offered = [name for one in named if (name := text_in(one, "metadataprefix"))]
        if not offered:
            self.note(f"{payload.name}: names no metadataPrefix, so {prefix!r} was asked for as is")
        elif prefix not in offered:
            raise no_such_prefix(prefix, offered, self._source, payload.name)

    def sets(self) -> list[str]:
        """Return the setSpecs that ListSets names on its first pages; none where it fails."""
        try:
            return list(self._sets())
        except SourceError:
            return []

    def _sets(self) -> Iterator[str]:
        token = ""
        for _ in range(MOST_SET_PAGES):
            answer, _payload = self.ask("ListSets", resumptionToken=token)
            found = None if answer.root is None else first(answer.root, "listsets")
            for one in () if found is None else children(found, "set"):
                yield text_in(one, "setspec")
            token = answer.token.value if answer.token else ""
            if not token:
                return


def base_address(location: str) -> str:
    """Return the base URL of a location, which may be the copied address of a request.

    >>> base_address("https://example.org/oai?verb=Identify&repo=a%20b#top")
    'https://example.org/oai?repo=a%20b'
    """
    parts = urlsplit(location.strip())
    kept = [pair for pair in parts.query.split("&")
            if pair and unquote_plus(pair.partition("=")[0]).lower() not in ARGUMENTS]  # fmt: skip
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


def address(base: str, verb: str, **arguments: str) -> str:
    """Return the address of a request; empty arguments are left out (OAI-PMH 2.0 §3.1.1).

    >>> address("https://example.org/oai", "ListRecords", resumptionToken="a b/1", set="")
    'https://example.org/oai?verb=ListRecords&resumptionToken=a%20b%2F1'
    """
    pairs = [f"verb={verb}"]
    pairs += [f"{name}={quote(value, safe='')}" for name, value in arguments.items() if value]
    return f"{base}{'&' if '?' in base else '?'}{'&'.join(pairs)}"


def unexpected(answer: Answer, payload: Payload, verb: str) -> SourceError:
    """Return the error for an answer to `verb` that does not hold what was asked for."""
    if answer.errors:
        return refused(answer.errors, payload.name, verb)
    return SourceError(
        f"answers {verb} without <{verb}>", where=payload.name, expected=EXPECTED,
        next_step=NEXT_STEP,
    )  # fmt: skip
