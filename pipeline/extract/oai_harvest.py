"""A harvest of a live provider: its lists, page by page, to their ends (OAI-PMH 2.0 §3.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pipeline.errors import SourceError
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.fetch import HttpError
from pipeline.extract.oai_answer import LIST, Answer
from pipeline.extract.oai_dates import as_from, as_until, is_moment
from pipeline.extract.oai_errors import BAD_TOKEN, NO_RECORDS, has, no_such_set, refused
from pipeline.extract.oai_list import RecordList
from pipeline.extract.oai_provider import Provider, Repository, address, unexpected
from pipeline.extract.payloads import Payload, shown
from pipeline.kinds import OaiSettings
from pipeline.model import Issue
from pipeline.settings import Source

MOST_RESTARTS = 2
"""How often a list is started over whose resumptionToken has expired."""

MOST_IDLE = 20
"""Pages in a row without a record that is new, after which a list is taken for endless."""

NOT_ANY_MORE = frozenset({400, 403, 404, 410, 422})
"""What some providers answer for a resumptionToken that has expired, instead of an OAI error."""


class Harvest(NamedTuple):
    """The list that a harvest gave, its issues, and the moments between which it was complete."""

    records: RecordList
    issues: list[Issue]
    since: str
    until: str


class ListBroke(Exception):
    """A list cannot be read on, as its token is no longer good; `error` says what was answered."""

    def __init__(self, error: SourceError) -> None:
        """Keep the error, for when starting over does not help."""
        super().__init__(str(error))
        self.error = error


def harvest(
    source: Source, access: Access, settings: OaiSettings, new_list: Callable[[], RecordList]
) -> Harvest:
    """Return all that the settings ask a live provider for.

    Only what has changed since `access.since` is asked for where that is given and the settings
    want it. Raises `SourceError` where the provider does not give it, `NoEntriesError` where it has
    nothing though everything was asked for.
    """
    provider = Provider(source, access)
    repository = provider.identify()
    provider.check_prefix(settings.prefix)
    since = access.since if settings.incremental and is_moment(access.since) else ""
    asked = {"metadataPrefix": settings.prefix, **_limits(settings, repository, since)}
    records = new_list()
    for set_ in settings.sets or ("",):
        records.join(_read_list(provider, source, {**asked, "set": set_}, new_list))
    if not records.entries and not since:
        raise _nothing(provider, repository, settings)
    if settings.incremental and repository.deletions != "persistent":
        provider.note(
            f"{provider.base}: says {shown(repository.deletions) or 'nothing'!r} of deletedRecord, "
            "so some deletions are only seen when everything is asked for, every "
            f"{settings.full_after} days (oai.full_after)",
            "info",
        )
    return Harvest(records, provider.issues, since, _until(settings, repository))


def _limits(settings: OaiSettings, repository: Repository, since: str) -> dict[str, str]:
    """Return the arguments `from` and `until`, in the provider's granularity."""
    granularity = repository.granularity
    start = max((as_from(value, granularity) for value in (settings.from_, since) if value),
                default="")  # fmt: skip
    earliest = repository.earliest
    if not since and is_moment(earliest) and start <= as_from(earliest, granularity):
        start = ""  # some providers refuse a moment before their first record
    return {"from": start, "until": as_until(settings.until, granularity) if settings.until else ""}


def _until(settings: OaiSettings, repository: Repository) -> str:
    """Return the moment from which the next harvest has to ask: when this one began."""
    if not repository.date:
        return ""
    began = as_from(repository.date, repository.granularity)
    if not settings.until:
        return began
    return min(began, as_until(settings.until, repository.granularity))


def _read_list(
    provider: Provider, source: Source, asked: dict[str, str], new_list: Callable[[], RecordList]
) -> RecordList:
    """Return one list, started over where its token expires."""
    for restart in range(MOST_RESTARTS + 1):
        records = new_list()
        try:
            _read_pages(provider, source, asked, records)
            break
        except ListBroke as broke:
            if restart == MOST_RESTARTS:
                raise broke.error from broke
            provider.note(f"{broke.error.where}: {broke.error.what}; the list was started over")
            provider.restart()
    return records


def _read_pages(
    provider: Provider, source: Source, asked: dict[str, str], records: RecordList
) -> None:
    """Add the pages of one list to `records`, from its beginning to its end."""
    token, size, idle, used = "", None, 0, set[str]()
    while True:
        answer, payload = _page(provider, token, asked)
        if answer.errors and not answer.entries:
            _check_set(provider, source, answer, asked["set"])
            if has(answer.errors, NO_RECORDS):
                return
            raise refused(answer.errors, payload.name, "ListRecords")
        if answer.verb != LIST:
            raise unexpected(answer, payload, "ListRecords")
        is_new = records.add(payload, answer)
        token = answer.token.value if answer.token else ""
        if answer.token and answer.token.size is not None:
            size = answer.token.size
        if not token:
            break
        idle = 0 if is_new else idle + 1
        if (token in used and not is_new) or idle == MOST_IDLE:
            if size is None or len(records) < size:
                raise _endless(payload, token)
            provider.note(f"{payload.name}: gives a resumptionToken though its list is whole")
            break
        used.add(token)
    if size is not None:
        records.sizes.append(size)


def _page(provider: Provider, token: str, asked: dict[str, str]) -> tuple[Answer, Payload]:
    """Return the first page, or the one behind a token; raises `ListBroke` where that expired."""
    if not token:
        return provider.ask("ListRecords", **asked)
    try:
        answer, payload = provider.ask("ListRecords", resumptionToken=token)
    except HttpError as error:
        if error.status in NOT_ANY_MORE:
            raise ListBroke(error) from error
        raise
    if has(answer.errors, BAD_TOKEN, NO_RECORDS, "badArgument") and not answer.entries:
        raise ListBroke(refused(answer.errors, payload.name, "ListRecords"))
    return answer, payload


def _check_set(provider: Provider, source: Source, answer: Answer, set_: str) -> None:
    """Raise `SourceError` where a list was refused because its set does not exist."""
    if not set_ or not has(answer.errors, NO_RECORDS, "badArgument"):
        return
    sets = provider.sets()
    if sets and set_ not in sets:
        raise no_such_set(set_, sets, source, address(provider.base, "ListSets"))
    if has(answer.errors, NO_RECORDS):
        provider.note(f"{provider.base}: no record of the set {shown(set_)!r} matches", "info")


def _nothing(provider: Provider, repository: Repository, settings: OaiSettings) -> NoEntriesError:
    asked = {"prefix": settings.prefix, "sets": ", ".join(settings.sets),
             "from": settings.from_, "until": settings.until}  # fmt: skip
    told = ", ".join(f"{name} = {shown(value)!r}" for name, value in asked.items() if value)
    earliest = f"; its earliest is of {shown(repository.earliest)}" if repository.earliest else ""
    return NoEntriesError(
        f"the provider has no record that matches {told}",
        where=provider.base,
        expected=f"at least one record{earliest}",
        next_step="make [oai] wider",
    )


def _endless(payload: Payload, token: str) -> SourceError:
    return SourceError(
        f"the resumptionToken {shown(token)!r} leads to no record that is new, so the list does "
        "not come to its end",
        where=payload.name,
        expected="further records, or an empty resumptionToken",
        next_step="run again; if it happens again, tell the provider",
    )
