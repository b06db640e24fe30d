"""Links as sources write them -> absolute http(s) IRIs (RFC 3987), or the reason why not.

What is spelt as it may be stays as it is: only scheme and host get their normal case (RFC 3986
6.2.2.1), and characters that no IRI may hold are percent-encoded. A link is never followed here.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from urllib.parse import quote, unquote, urljoin, urlsplit

import msgspec

LONGEST = 4000  # characters; browsers and triple stores take no more without trouble
LONGEST_HOST = 253

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]*[\x00-\x1f\x7f\ud800-\udfff]+")
LABEL = re.compile(r"[A-Za-z0-9_\x80-\U0010ffff](?:[A-Za-z0-9_\x80-\U0010ffff-]{0,62}(?<!-))?")
BARE_HOST = re.compile(r"www\.[\w-]+\.[\w.-]+(?:[/:?#].*)?", re.DOTALL | re.IGNORECASE)
PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
DOI_LINK = re.compile(r"(?:dx\.|www\.)?doi\.org", re.IGNORECASE)
# ASCII that may stand in a path (RFC 3986: pchar and "/"), "%" of what is encoded already included;
# query and fragment may also hold "?".
SAFE = "/:@!$&'()*+,;=-._~%"
# Outside ucschar (RFC 3987 2.2): private use and what is no character.
NO_UCSCHAR = re.compile(
    "[\x80-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "\U000f0000-\U0010ffff]"
)
HIDDEN_CATEGORIES = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc", "Cn"})


class Link(msgspec.Struct, frozen=True):
    """An IRI, or none; `rules` say how it was changed, `problem` what a librarian should know."""

    iri: str
    rules: tuple[str, ...] = ()
    problem: str = ""


@functools.lru_cache(maxsize=16384)
def read_link(text: str, homepage: str = "") -> Link:
    """Return the absolute http(s) IRI of a link; one that is relative is joined to `homepage`.

    Credentials are dropped and reported; every other scheme (`javascript:`, `data:`, `file:`, …)
    is refused. A DOI's link gets the one form that all registries use.

    >>> read_link("/resources/a b", "https://example.org/").iri
    'https://example.org/resources/a%20b'
    """
    # Composed first: a combining sign would else change the end of what is percent-encoded.
    value = unicodedata.normalize("NFC", BREAKS.sub("", text)).strip()
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1].strip()
    if not value:
        return Link("")
    if len(value) > LONGEST:
        return Link("", (), f"the link is longer than {LONGEST:,} characters; correct the source")
    rules: list[str] = []
    scheme = SCHEME.match(value)
    if scheme is None and BARE_HOST.fullmatch(value):
        value, rules = f"https://{value}", ["link.scheme"]
    elif scheme is None:
        if any(character.isspace() for character in value) and not value.startswith("/"):
            return Link(
                "", (), "this is no link; expected an address such as https://example.org/a"
            )
        if not homepage:
            return Link(
                "",
                (),
                "the link is relative; set `homepage` in the source's settings to complete it",
            )
        value, rules = _resolved(homepage, value), ["link.relative"]
    elif scheme.group(1).lower() not in {"http", "https"}:
        return Link(
            "", (), f"links with {scheme.group(1).lower()}: are refused; expected http or https"
        )
    return _built(value, rules)


def _resolved(homepage: str, value: str) -> str:
    try:
        return urljoin(homepage, value)
    except ValueError:
        return ""


def _built(value: str, rules: list[str]) -> Link:
    broken = Link("", (), "the link's host is missing or no host; expected https://host/path")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return broken
    has_credentials = "@" in parts.netloc
    host = _host(parts.hostname or "")
    if not host or "\\" in parts.netloc or parts.scheme not in {"http", "https"}:
        return broken
    # What stands there as a port, so that `:0443` or an empty one is not published.
    location = host if port is None else f"{host}:{port}"
    if DOI_LINK.fullmatch(host) and parts.path.startswith("/10."):
        return Link(doi_iri(unquote(parts.path[1:])), ("link.doi",))
    iri = f"{parts.scheme}://{location}{_encoded(PERCENT.sub('%25', parts.path), SAFE)}"
    if parts.query:
        iri += "?" + _encoded(PERCENT.sub("%25", parts.query), SAFE + "?")
    if parts.fragment:
        iri += "#" + _encoded(PERCENT.sub("%25", parts.fragment), SAFE + "?")
    problem = ""
    if has_credentials:
        rules.append("link.credentials")
        problem = "the link held a user name or password, which were left out; correct the source"
    return Link(iri, tuple(rules), problem)


def _host(host: str) -> str:
    """Return a host that is well-formed, in small letters, or nothing."""
    host = unicodedata.normalize("NFC", host)  # small letters may compose anew
    if ":" in host:
        # A zone (`%eth0`) has a meaning on one machine only.
        if "%" in host:
            return ""
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            return ""
    bare = host.removesuffix(".")
    if not bare or len(bare) > LONGEST_HOST or NO_UCSCHAR.search(bare):
        return ""
    if any(unicodedata.category(c) in HIDDEN_CATEGORIES for c in bare if not c.isascii()):
        return ""
    return bare if all(LABEL.fullmatch(label) for label in bare.split(".")) else ""


def _encoded(part: str, safe: str) -> str:
    """Return a part of an IRI with everything percent-encoded that may not stand in it."""
    if part.isascii():
        return quote(part, safe=safe)
    pieces: list[str] = []
    for character in part:
        is_plain = not character.isascii() and not NO_UCSCHAR.match(character)
        if is_plain and unicodedata.category(character) not in HIDDEN_CATEGORIES:
            pieces.append(character)
        else:
            pieces.append(quote(character, safe=safe))
    return "".join(pieces)


def doi_iri(doi: str) -> str:
    """Return the IRI of a DOI name (`10.…/…`, not encoded), which knows no capitals (ISO 26324)."""
    composed = unicodedata.normalize("NFC", doi)
    small = "".join(c.lower() if c.isascii() else c for c in composed)
    return "https://doi.org/" + _encoded(small, SAFE.replace("%", ""))
