"""A source's conversation with the web: pauses, repeated attempts, redirects hop by hop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.address import leads_to, normal_address, origin, shown_address
from pipeline.extract.credentials import Secrets
from pipeline.extract.failure import KEPT, Failure
from pipeline.extract.http_error import (
    AGAIN,
    ComeBackError,
    HttpError,
    NoAnswerError,
    TimeIsUpError,
    http_error,
    told_of,
)
from pipeline.extract.payloads import shown
from pipeline.extract.politeness import LONGEST_BACK_OFF, Pauses, back_off, retry_after
from pipeline.extract.transport import NOT_MODIFIED, WHOLE, Answer, Question, Transport
from pipeline.settings import FetchSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEP_METHOD = frozenset({307, 308})
MOST_REDIRECTS = 10
PLAIN = frozenset({"text/plain", "application/json", "application/problem+json"})
LONGEST_SAID = 300


class Request(msgspec.Struct, frozen=True):
    """What is wanted: no secrets in it.

    `address` is normal; `headers` go to its origin only but for Accept. `condition` (If-None-Match,
    If-Modified-Since) goes along where the request reaches the address `condition_for`.
    """

    address: str
    headers: dict[str, str] = {}
    body: bytes | None = None
    condition: dict[str, str] = {}
    condition_for: str = ""

    @property
    def key(self) -> str:
        """Return what this request is known by: equal for equal requests."""
        parts = (self.address, *sorted(f"{n.lower()}: {v}" for n, v in self.headers.items()))
        whole = hashlib.sha256("\n".join(parts).encode())
        if self.body is not None:
            whole.update(b"\n\n" + self.body)
        return whole.hexdigest()[:32]


class Reply(msgspec.Struct, frozen=True):
    """The answer of the last hop, whose address `url` is (without secrets)."""

    url: str
    answer: Answer


class TooManyRedirectsError(SourceError):
    """Redirects without an end."""


Allowed = Callable[[str, str], float]
"""Takes an address and the page's name; gives the pause asked for, raises `SourceError`."""


class Clock(msgspec.Struct, frozen=True):
    """How time passes: replaced in tests."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Conversation:
    """Asks for pages, one after the other, until the time of the source is over."""

    def __init__(
        self,
        settings: FetchSettings,
        secrets: Secrets,
        transport: Transport,
        agent: str,
        clock: Clock,
        pauses: Pauses,
    ) -> None:
        """Keep what it works with; the time of the source begins now."""
        self._settings = settings
        self._secrets = secrets
        self._transport = transport
        self._agent = agent
        self._clock = clock
        self._pauses = pauses
        self._begun = clock.monotonic()

    def ask(
        self,
        request: Request,
        page: str,
        *,
        allowed: Allowed,
        most_redirects: int = MOST_REDIRECTS,
        cut: int = 0,
    ) -> Reply:
        """Return the answer to a request: whole, or that nothing has changed (304).

        `page` is its name in messages. `allowed` is asked before each hop. Of a body longer than
        `cut` only that much is read, where it is given. Raises `HttpError` for other answers,
        `TooManyRedirectsError`, and `SourceError` for all else.
        """
        address, body = request.address, request.body
        been: set[tuple[str, str]] = set()
        for _ in range(most_redirects + 1):
            state = (address, self._transport.cookies(address))
            if state in been:
                raise TooManyRedirectsError(
                    "redirects in a circle",
                    where=page,
                    expected="a page",
                    next_step="open it in a browser, and use the address that it ends at",
                )
            been.add(state)
            hop = "" if address == request.address else shown_address(address)
            pause = self._pause(self._delay(allowed, address, page, hop), page)
            question = self._question(request, address, body)
            answer = self._attempts(question, address, page, hop, pause, cut)
            if answer.status in REDIRECTS and answer.headers.get("location"):
                if answer.status not in KEEP_METHOD:
                    body = None
                address = self._target(address, answer.headers["location"], page)
                continue
            conditional = answer.status == NOT_MODIFIED and address == request.condition_for
            if answer.status in WHOLE or conditional:
                return Reply(address, answer)
            raise self._refusal(answer, page, hop)
        raise TooManyRedirectsError(
            f"redirects more than {most_redirects} times",
            where=page,
            expected="a page",
            next_step="open it in a browser, and use the address that it ends at",
        )

    def _question(self, request: Request, address: str, body: bytes | None) -> Question:
        headers = {"User-Agent": self._agent, "Accept": "*/*"}
        if origin(address) == origin(request.address):
            headers.update(request.headers)
        elif "Accept" in request.headers:
            headers["Accept"] = request.headers["Accept"]
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif address == request.condition_for:
            headers.update(request.condition)
        headers.update(self._secrets.sent_headers(address))
        return Question(self._secrets.sent_address(address), headers, body)

    def _attempts(
        self, question: Question, address: str, page: str, hop: str, pause: float, cut: int
    ) -> Answer:
        attempt = 0
        while True:
            last = attempt == self._settings.retries
            left = self._wait(address, pause, page)
            failure: Failure | None = None
            try:
                answer = self._transport.send(question, left=left, cut=cut)
            except Failure as error:
                failure = error
            now = self._clock.monotonic()
            self._pauses.asked(address, now)
            if failure is not None:
                if last or not failure.again or self._left() <= 0:
                    self._give_up(failure, page, hop, attempt + 1)
                self._pauses.leave_alone(address, now + back_off(attempt))
                if failure.coding:
                    headers = {**question.headers, "Accept-Encoding": "identity"}
                    question = msgspec.structs.replace(question, headers=headers)
            elif answer.status in AGAIN:
                asked = retry_after(answer.headers.get("retry-after", ""), self._clock.now()) or 0.0
                self._pauses.leave_alone(
                    address, now + max(asked, 0.0 if last else back_off(attempt))
                )
                if asked > self._settings.retry_after:
                    self._come_back(answer.status, asked, page)
                if last:
                    raise self._refusal(answer, page, hop, attempt + 1)
            else:
                return answer
            attempt += 1

    def _refusal(self, answer: Answer, page: str, hop: str, tried: int = 1) -> HttpError:
        error = http_error(answer.status, page, hop, tried)
        error.body = self._secrets.blot(answer.data)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in PLAIN:
            text = answer.data.decode("utf-8", "replace")
            error.said = shown(self._secrets.hide(text), LONGEST_SAID)
        return error

    def _wait(self, address: str, pause: float, page: str) -> float:
        """Wait until `address` may be asked for; return the seconds left for the source."""
        now = self._clock.monotonic()
        seconds = self._pauses.wait(address, pause, now)
        if seconds > max(pause, self._settings.retry_after, LONGEST_BACK_OFF):
            self._come_back(0, seconds, page)
        if seconds >= self._left():
            self._time_is_up(page)
        if seconds > 0:
            self._clock.sleep(seconds)
        return self._left()

    def _left(self) -> float:
        if not self._settings.source_seconds:
            return float("inf")
        return self._settings.source_seconds - (self._clock.monotonic() - self._begun)

    def _delay(self, allowed: Allowed, address: str, page: str, hop: str) -> float:
        try:
            return allowed(address, page)
        except SourceError as error:
            if not hop:
                raise
            problem = error
        raise told_of(problem, page, f"{hop}, to which it redirects: {problem.what}")

    def _pause(self, delay: float, page: str) -> float:
        longest = max(self._settings.pause, self._settings.retry_after)
        if delay > longest:
            raise SourceError(
                f"its robots.txt asks for {delay:,.0f} s between two requests",
                where=page,
                expected=f"at most {longest:,.0f} s",
                next_step="ask the site for another way to its records; or raise 'pause' in "
                "[fetch] of the source to that",
            )
        return max(self._settings.pause, delay)

    def _target(self, address: str, location: str, page: str) -> str:
        """Return where a redirect leads to, without secrets."""
        problem = ""
        try:
            target = normal_address(leads_to(address, location), page)
        except SourceError as error:
            problem = error.what
        except ValueError:
            problem = f"{shown_address(location)!r} is no web address"
        if problem:
            raise SourceError(
                self._secrets.hide(f"redirects to what cannot be followed: {problem}"),
                where=page,
                expected="a redirect to a page of the web",
                next_step="open it in a browser, and use the address that it ends at",
            )
        return self._secrets.shown_address(target)

    def _give_up(self, failure: Failure, page: str, hop: str, tried: int) -> NoReturn:
        if self._left() <= 0:
            self._time_is_up(page)
        what = failure.what
        if hop:
            what = f"{hop}, to which it redirects: {what}"
        if tried > 1:
            what += f" (tried {tried} times)"
        raise NoAnswerError(
            self._secrets.hide(what),
            where=page,
            expected=failure.expected,
            next_step=failure.next_step,
        )

    def _come_back(self, status: int, seconds: float, page: str) -> NoReturn:
        try:
            moment = datetime.fromtimestamp(self._clock.now() + seconds, UTC)
            when = f"{moment:%Y-%m-%d %H:%M} UTC"
        except (OverflowError, ValueError):
            when = "far in the future"
        error = ComeBackError(
            f"the server asks to be left alone for {seconds:,.0f} s"
            + (f" (HTTP {status})" if status else ""),
            where=page,
            expected=f"at most {self._settings.retry_after:,.0f} s ('retry_after' in [fetch])",
            next_step=f"run again after {when}{KEPT}",
        )
        error.status = status
        raise error

    def _time_is_up(self, page: str) -> NoReturn:
        raise TimeIsUpError(
            f"the harvest has not come to its end within {self._settings.source_seconds:,.0f} s",
            where=page,
            expected="all pages of the source within that time ('source_seconds' in [fetch])",
            next_step="run again: it goes on at this page; or raise 'source_seconds'",
        )
