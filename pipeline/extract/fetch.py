"""The only HTTP client: polite, within limits, resumable.

A page that is asked for comes from the harvest under way where that has read it already, else from
the web: conditionally, where an earlier harvest read it. Every payload is kept unparsed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from pipeline import VERSION
from pipeline.errors import SourceError
from pipeline.extract.address import normal_address, origin, shown_address
from pipeline.extract.conversation import (
    MOST_REDIRECTS,
    Allowed,
    Clock,
    Conversation,
    Request,
    TooManyRedirectsError,
)
from pipeline.extract.credentials import Secrets, check_credentials, no_secrets, read_secrets
from pipeline.extract.failure import KEPT
from pipeline.extract.http_error import ComeBackError, HttpError, NotKeptError, told_of
from pipeline.extract.journal import Journal
from pipeline.extract.kept_page import (
    condition_of,
    is_stored,
    page_read,
    payload_of,
    read_stored,
    renewed,
)
from pipeline.extract.payloads import Payload, keep
from pipeline.extract.politeness import PAUSES, Pauses
from pipeline.extract.robots import LARGEST, NAME, Robots
from pipeline.extract.transport import NOT_MODIFIED, Transport
from pipeline.settings import SOURCE_NAME, Catalogue, FetchSettings, Source

__all__ = ["Fetcher", "HttpError"]

MOST_ROBOTS_REDIRECTS = 5
"""Hops that a robots.txt may take (RFC 9309, section 2.3.1.2)."""

UNREACHABLE = 500
"""From this status code on a robots.txt may well exist (section 2.3.1.4); below, there is none."""


class Fetcher:
    """Reads the web for one source."""

    def __init__(
        self,
        source: Source,
        catalogue: Catalogue,
        output: Path,
        *,
        offline: bool = False,
        clock: Clock | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        """Keep what it works with; nothing is read or connected yet.

        `output` is the catalogue's output folder, where payloads and journals are kept; `offline`
        reads from there only; `pauses` are those of the process unless given.

        Raises `SettingsError` for `[credentials]` that are wrong.
        """
        check_credentials(source)
        self._source = source
        self._payloads = output / "payloads"
        self._offline = offline
        self._clock = clock or Clock()
        self._pauses = pauses or PAUSES
        self._settings = effective(catalogue.fetch, source)
        self._agent = user_agent(catalogue)
        told = hashlib.sha256(f"{source.kind} {source.location}".encode()).hexdigest()
        name = source.name if SOURCE_NAME.fullmatch(source.name) else "source"
        self._journal = Journal(output / "harvests" / f"{name}.jsonl", told)
        self._robots = Robots(self._robots_file)
        self._transport: Transport | None = None
        self._talk: tuple[Secrets, Conversation] | None = None

    def get(
        self,
        url: str,
        *,
        accept: str = "",
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Payload:
        """Return the answer to GET `url`, or to POST where a `form` is given.

        `headers` go to the origin of `url` only. Raises `HttpError` where the server answers with
        an error, `SourceError` for all else that keeps the page away, both naming the page;
        `OutputError` where it cannot be kept.
        """
        request = self._request(url, accept, headers, form)
        address = request.address
        if self._offline:
            return self._from_store(request)
        now = self._clock.now()
        page = self._journal.finished(request.key, now)
        payload = read_stored(self._payloads, address, page)
        if page is not None and payload is not None:
            self._journal.use(page)
            return payload
        self._journal.asking(request.key, now)
        allowed = self._robots.pause if self._settings.robots else _as_settings
        try:
            return self._fetched(request, shown_address(address), allowed=allowed)
        except SourceError as error:
            if KEPT in error.next_step and not self._journal.has_pages:
                error.next_step = error.next_step.replace(KEPT, "")
            raise

    def knows(self, url: str, *, accept: str = "") -> bool:
        """Say whether the last whole harvest read the page that `get` would ask for."""
        return self._journal.was_read(self._request(url, accept).key)

    def restart(self) -> None:
        """Forget the pages of this harvest, so that each is asked for anew."""
        if not self._offline:
            self._journal.restart(self._clock.now())

    def finish(self) -> None:
        """Note that the harvest is whole: the next one starts from the beginning."""
        self._journal.finish(self._clock.now())
        if self._transport is not None:
            self._transport.close()

    def _request(
        self,
        url: str,
        accept: str,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Request:
        secrets, _ = self._conversation()
        address = secrets.shown_address(normal_address(secrets.hide(url)))
        sent = {**(headers or {}), **({"Accept": accept} if accept else {})}
        return Request(address, sent, None if form is None else urlencode(form).encode())

    def _conversation(self) -> tuple[Secrets, Conversation]:
        """Return what the source's pages are asked for with, made when it is first needed."""
        if self._talk is None:
            location = self._source.location.strip()
            first = normal_address(location.replace("{page}", "1")) if self._source.is_live else ""
            hide = no_secrets if self._offline else read_secrets
            secrets = hide(self._source, origin(first) if first else "")
            settings = self._settings
            self._transport = Transport(first, settings.response_seconds, settings.largest)
            conversation = Conversation(
                settings, secrets, self._transport, self._agent, self._clock, self._pauses
            )
            self._talk = secrets, conversation
        return self._talk

    def _fetched(
        self,
        request: Request,
        page: str,
        *,
        allowed: Allowed,
        most_redirects: int = MOST_REDIRECTS,
        cut: int = 0,
    ) -> Payload:
        """Ask for a page, shortly where it was read before; keep what comes and note it."""
        secrets, conversation = self._conversation()
        known = None if request.body is not None else self._journal.known(request.key)
        if known is not None and is_stored(self._payloads, known.digest):
            condition = condition_of(known)
            request = msgspec.structs.replace(
                request, condition=condition, condition_for=known.url if condition else ""
            )
        reply = conversation.ask(
            request, page, allowed=allowed, most_redirects=most_redirects, cut=cut
        )
        now, head = self._clock.now(), reply.answer.headers
        if reply.answer.status == NOT_MODIFIED and known is not None:
            found = page_read(request.key, reply.url, known.digest, now, head, secrets)
            found = renewed(known, found)
            payload = read_stored(self._payloads, request.address, found)
            if payload is None:
                raise _lost(page)
        else:
            data = secrets.blot(reply.answer.data)
            digest = hashlib.sha256(data).hexdigest()
            keep(data, digest, self._payloads)
            found = page_read(request.key, reply.url, digest, now, head, secrets)
            payload = payload_of(request.address, data, found)
        self._journal.add(msgspec.structs.replace(found, rules=bool(cut)))
        return payload

    def _robots_file(self, address: str, page: str) -> bytes | None:
        """Return a site's robots.txt, None where it has none (RFC 9309, section 2.3.1)."""
        try:
            return self._fetched(
                Request(address),
                address,
                allowed=_as_settings,
                most_redirects=MOST_ROBOTS_REDIRECTS,
                cut=LARGEST,
            ).data
        except TooManyRedirectsError:
            return None
        except SourceError as error:
            come_back = isinstance(error, ComeBackError)
            if isinstance(error, HttpError) and error.status < UNREACHABLE and not come_back:
                return None
            problem = error
        what = f"{address} cannot be read, so nothing may be asked for: {problem.what}"
        raise told_of(problem, page, what)

    def _from_store(self, request: Request) -> Payload:
        page = self._journal.stored(request.key)
        payload = read_stored(self._payloads, request.address, page)
        if payload is None:
            raise (NotKeptError if page is None else SourceError)(
                "is not in the payload store, and nothing is asked for offline",
                where=shown_address(request.address),
                expected="a page that an earlier run has read",
                next_step="run once without --offline",
            )
        return payload


def effective(fetch: FetchSettings, source: Source) -> FetchSettings:
    """Return the catalogue's settings as the source overrides them."""
    told = msgspec.structs.asdict(source.fetch)
    return msgspec.structs.replace(
        fetch, **{key: value for key, value in told.items() if value is not None}
    )


def user_agent(catalogue: Catalogue) -> str:
    """Return how we name ourselves: the program, and where those who run it can be found."""
    told = "; ".join(part for part in (catalogue.homepage, catalogue.contact) if part)
    plain = " ".join(told.encode("ascii", "ignore").decode().split())
    return f"{NAME}/{VERSION} (+{plain})"


def _as_settings(address: str, page: str) -> float:  # noqa: ARG001 - as `Robots.pause`
    return 0.0


def _lost(page: str) -> SourceError:
    return SourceError(
        "has gone from the payload store while it was asked for",
        where=page,
        expected="a store that nothing else writes to",
        next_step="run again",
    )
