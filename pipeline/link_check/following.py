"""Following a link, hop by hop, to where it ends: politely, and never into a private network.

Links are what strangers have written, so they lead to the internet only; robots.txt is obeyed,
whatever `[fetch]` says, since no one gave leave for these sites.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.address import leads_to, normal_address, origin, shown_address, utf8_header
from pipeline.extract.conversation import REDIRECTS, Clock
from pipeline.extract.failure import Failure
from pipeline.extract.fetch import MOST_ROBOTS_REDIRECTS, UNREACHABLE, user_agent
from pipeline.extract.http_error import AGAIN, http_error
from pipeline.extract.politeness import Pauses, retry_after
from pipeline.extract.robots import LARGEST, Robots
from pipeline.extract.transport import Answer, Question, Transport
from pipeline.link_check.memory import Look, Trouble
from pipeline.settings import Catalogue

MOST_REDIRECTS = 10
LONGEST_WAIT = 60.0
"""Seconds that are waited for one host; what wants more is left for a later run."""

PERMANENT = frozenset({301, 308})
PAGES = frozenset({"", "text/html", "application/xhtml+xml"})


class NotNowError(Exception):
    """The link cannot be asked for in this run: its host wants more time than there is."""


class TroubleError(Exception):
    """The link was not reached; `again` says that another kind of request may reach it."""

    def __init__(self, trouble: Trouble, problem: str, *, again: bool = False) -> None:
        """Keep what a `Look` will say."""
        super().__init__(problem)
        self.trouble: Trouble = trouble
        self.problem = problem
        self.again = again


class TooManyHopsError(TroubleError):
    """Redirects without an end."""


class RobotsUnreachableError(SourceError):
    """The site's robots.txt cannot be had, so nothing may be asked for (RFC 9309, 2.3.1.4)."""


class Arrival(msgspec.Struct, frozen=True):
    """Where redirects have ended; `moved_to` is where the permanent ones among them led."""

    address: str
    answer: Answer
    moved_to: str

    @property
    def is_page(self) -> bool:
        """Say whether the answer is one that people read in a browser."""
        return self.media_type in PAGES

    @property
    def media_type(self) -> str:
        """Return the media type, without parameters."""
        return self.answer.headers.get("content-type", "").partition(";")[0].strip().lower()


class Follower:
    """Follows links, one after the other, until `until` (a reading of the clock's monotonic)."""

    def __init__(
        self,
        catalogue: Catalogue,
        transport: Transport,
        clock: Clock,
        pauses: Pauses,
        until: float,
    ) -> None:
        """Keep what it works with; nothing is asked for yet."""
        self._catalogue = catalogue
        self._transport = transport
        self._clock = clock
        self._pauses = pauses
        self._until = until
        self._robots = Robots(self._robots_file)
        self._unreachable: dict[str, TroubleError] = {}
        self._spent = 0.0

    def begin(self) -> None:
        """Start the time of a link."""
        self._spent = 0.0

    def follow(
        self,
        address: str,
        before: Look,
        *,
        head: bool = False,
        cut: int = 0,
        most: int = MOST_REDIRECTS,
        obeys: bool = True,
    ) -> Arrival:
        """Follow redirects hop by hop to an answer that is none.

        `obeys` says whether robots.txt is asked about each hop. Raises `TroubleError` where no
        answer comes, `NotNowError`.
        """
        first, moved_to, permanent = address, "", True
        been: set[tuple[str, str]] = set()
        for _ in range(most + 1):
            state = (address, self._transport.cookies(address))
            if state in been:
                raise TooManyHopsError("broken", "redirects in a circle")
            been.add(state)
            hop = "" if address == first else f"{shown_address(address)}, to which it redirects: "
            delay = self._delay(address, hop) if obeys else 0.0
            self._wait(address, max(self._catalogue.fetch.pause, delay))
            question = Question(address, self._headers(address, before), head=head)
            answer = self._sent(question, hop, cut)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                return Arrival(address, answer, moved_to)
            address = _target(address, location)
            permanent = permanent and answer.status in PERMANENT
            moved_to = address if permanent else moved_to
        raise TooManyHopsError("broken", f"redirects more than {most} times")

    def _headers(self, address: str, before: Look) -> dict[str, str]:
        headers = {"User-Agent": user_agent(self._catalogue), "Accept": "*/*"}
        if address == before.at:
            marks = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
            headers.update({name: mark for name, mark in marks.items() if mark})
        return headers

    def _sent(self, question: Question, hop: str, cut: int) -> Answer:
        address, most = question.address, self._catalogue.links.seconds
        left, begun = most - self._spent, self._clock.monotonic()
        if left <= 0:
            raise TroubleError("passing", f"{hop}has not answered whole within {most:,.1f} s")
        try:
            answer = self._transport.send(question, left=left, cut=cut)
        except Failure as error:
            late = self._clock.monotonic() - begun >= left
            trouble: Trouble = "passing" if late or error.again else "broken"
            raise TroubleError(trouble, f"{hop}{error.what}", again=error.again) from None
        finally:
            now = self._clock.monotonic()
            self._spent += now - begun
            self._pauses.asked(address, now)
        asked = retry_after(answer.headers.get("retry-after", ""), self._clock.now())
        if answer.status in AGAIN and asked:
            self._pauses.leave_alone(address, now + asked)
        return answer

    def _wait(self, address: str, pause: float) -> None:
        now = self._clock.monotonic()
        seconds = self._pauses.wait(address, pause, now)
        if seconds > LONGEST_WAIT or now + seconds >= self._until:
            raise NotNowError
        if seconds > 0:
            self._clock.sleep(seconds)

    def _delay(self, address: str, hop: str) -> float:
        """Return the seconds that the site of `address` asks to wait between two requests."""
        try:
            return self._robots.pause(address, shown_address(address))
        except RobotsUnreachableError:
            known = self._unreachable[origin(address)]
            raise TroubleError(known.trouble, f"{hop}{known.problem}") from None
        except SourceError as error:
            raise TroubleError("unasked", f"{hop}{error.what}") from None

    def _robots_file(self, address: str, page: str) -> bytes | None:
        """Return a site's robots.txt, None where it has none (RFC 9309, section 2.3.1)."""
        spent, self._spent = self._spent, 0.0
        try:
            answer = self.follow(
                address, Look(), cut=LARGEST, most=MOST_ROBOTS_REDIRECTS, obeys=False
            ).answer
            if answer.status < UNREACHABLE:
                return answer.data if is_reached(answer.status) else None
            what = http_error(answer.status, "").what
            trouble = TroubleError("passing", f"its robots.txt cannot be read, either: {what}")
        except TooManyHopsError:
            return None
        except TroubleError as error:
            trouble = error
        finally:
            self._spent = spent
        self._unreachable[origin(address)] = trouble
        raise RobotsUnreachableError(trouble.problem, where=page)


def _target(address: str, location: str) -> str:
    """Return where a redirect leads to."""
    try:
        return normal_address(leads_to(address, location))
    except (SourceError, ValueError):
        seen = shown_address(utf8_header(location))
        raise TroubleError(
            "broken", f"redirects to what is no address of the web: “{seen}”"
        ) from None


def is_reached(status: int) -> bool:
    """Say whether a status code is one of success."""
    return 200 <= status < 300  # noqa: PLR2004 - RFC 9110, section 15.3
