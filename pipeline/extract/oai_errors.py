"""The errors that providers answer with, each with what to do about it (OAI-PMH 2.0 §3.6)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from pipeline.errors import SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.oai_answer import Error
from pipeline.extract.payloads import shown
from pipeline.settings import Source

NO_RECORDS = "noRecordsMatch"
BAD_TOKEN = "badResumptionToken"  # noqa: S105 - a code of the protocol
NO_SETS = "noSetHierarchy"
NO_FORMAT = "cannotDisseminateFormat"

ADVICE = {
    "badArgument": "check 'oai.from', 'oai.until' and 'oai.sets'; if they are right, tell the "
    "provider",
    BAD_TOKEN: "run again, which begins the list anew; if it happens again, tell the provider",
    "badVerb": "check that 'location' is the base URL of an OAI-PMH 2.0 provider",
    NO_FORMAT: "set 'oai.prefix' to a format that ListMetadataFormats offers",
    "idDoesNotExist": "ask for a list of records, not for one that is not there",
    NO_RECORDS: "check 'oai.sets', 'oai.from' and 'oai.until'",
    "noMetadataFormats": "ask the provider which formats it has",
    NO_SETS: "take 'oai.sets' out of the source file: this provider has no sets",
}
SHOWN_NAMES = 12
LONGEST_TEXT = 200


def has(errors: Iterable[Error], *codes: str) -> bool:
    """Say whether one of the codes is among the errors; small letters do as well."""
    wanted = {code.lower() for code in codes}
    return any(error.code.lower() in wanted for error in errors)


def refused(errors: Sequence[Error], where: str, verb: str = "") -> SourceError:
    """Return the error that says which errors a provider gave to `verb`, in its own words.

    It is a `NoEntriesError` where nothing matched.
    """
    told = "; ".join(_told(error) for error in errors)
    known = {code.lower(): advice for code, advice in ADVICE.items()}
    advice = next(
        (known[error.code.lower()] for error in errors if error.code.lower() in known),
        "open the address in a browser; if it shows the same, tell the provider",
    )
    kind = NoEntriesError if has(errors, NO_RECORDS) else SourceError
    return kind(
        f"the provider answers {verb + ' with ' if verb else ''}{told}",
        where=where,
        expected=f"an answer to {verb}" if verb else "a list of records",
        next_step=advice,
    )


def no_such_prefix(prefix: str, offered: Sequence[str], source: Source, where: str) -> SourceError:
    """Return the error for a metadataPrefix that the provider does not offer."""
    guess = best_prefix(prefix, offered)
    return SourceError(
        f"does not offer the metadataPrefix {shown(prefix)!r}; it offers {listed(offered)}",
        where=where,
        expected="a format that the provider offers as 'oai.prefix'",
        next_step=f'set prefix = "{shown(guess)}" in [oai] of {source.file or source.name}',
    )


def best_prefix(prefix: str, offered: Sequence[str]) -> str:
    """Return the offered prefix that is most likely meant.

    >>> best_prefix("OAI_DC", ["rdf", "oai_dc"]), best_prefix("marc21", ["oai_dc", "marcxml"])
    ('oai_dc', 'marcxml')
    """
    by_name = {name.lower(): name for name in reversed(offered)}
    close = difflib.get_close_matches(prefix.lower(), by_name, 1, 0.5)
    return by_name[close[0]] if close else by_name.get("oai_dc", offered[0])


def no_such_set(missing: str, sets: Sequence[str], source: Source, where: str) -> SourceError:
    """Return the error for a set that ListSets does not name."""
    close = difflib.get_close_matches(missing, list(sets), 3, 0.5)
    names = [*close, *(name for name in sets if name not in close)]
    return SourceError(
        f"has no set {shown(missing)!r}; it has {listed(names)}",
        where=where,
        expected="setSpecs of the provider in 'oai.sets'",
        next_step=f"correct [oai] sets in {source.file or source.name}; the whole list is at the "
        "base URL with ?verb=ListSets",
    )


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many there are beside them.

    >>> listed(["a", "b"]), listed([])
    ("'a', 'b'", 'none')
    """
    if not names:
        return "none"
    text = ", ".join(repr(shown(name)) for name in names[:SHOWN_NAMES])
    more = len(names) - SHOWN_NAMES
    return f"{text} and {more:,} more" if more > 0 else text


def _told(error: Error) -> str:
    code = shown(error.code) or "an error without a code"
    text = shown(error.text, LONGEST_TEXT)
    unknown = error.code.lower() not in {known.lower() for known in ADVICE}
    note = " (a code that OAI-PMH does not know)" if unknown and error.code else ""
    return f"{code}{note}: {text}" if text else f"{code}{note}"
