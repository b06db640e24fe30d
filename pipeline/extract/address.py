"""Web addresses: as they are asked for, and what of them says whose they are."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urljoin, urlsplit, urlunsplit

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

SCHEMES = frozenset({"http", "https"})
PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 16_384
"""Characters; servers refuse far shorter ones (8,000 is usual), tokens for paging included."""

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
USER = re.compile(r"(?<=//)(?:[^/?#]*@|[^/?#\[@]*:(?![0-9]*(?:[/?#]|$)).*@)", re.DOTALL)
"""A user name and password, also one that holds a slash, which should have been encoded."""

LONGEST_SHOWN = 300


def normal_address(url: str, where: str = "") -> str:
    """Return `url` as it is asked for: RFC 3986, its host in ASCII, no user name, no fragment.

    Spaces and letters beyond ASCII are percent-encoded as UTF-8, what is encoded already stays.
    `where` is the page to name in the `SourceError` for what is no web address.

    >>> normal_address(" HTTP://Büch.example/a b/../ç?q=%c3%a9#top")
    'http://xn--bch-hoa.example/%C3%A7?q=%C3%A9'
    """
    from requests import PreparedRequest
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    text = url.strip(" \t\r\n")
    problem = _problem(text)
    if not problem:
        try:
            parts = urlsplit(text)
            host = parts.netloc.rpartition("@")[2]
            answer = urlunsplit((parts.scheme.lower(), host, parts.path, parts.query, ""))
            for _ in range(2):  # the first may decode dots that the second takes for a path's steps
                request = PreparedRequest()
                request.prepare_url(answer, None)
                answer = request.url or ""
            return answer
        except (RequestException, HTTPError, ValueError):
            problem = "is no web address"
    seen = shown_address(text)
    raise SourceError(
        f"{seen!r} {problem}" if where else problem,
        where=where or seen,
        expected="an address such as https://example.org/list?page=2",
        next_step="correct it where it stands: in the source file, or on the page that links to it",
    )


def _problem(text: str) -> str:
    if found := CONTROLS.search(text):
        return f"holds the control character U+{ord(found.group()):04X}"
    if len(text) > LONGEST_ADDRESS:
        return f"has {len(text):,} characters, more than {LONGEST_ADDRESS:,}"
    scheme, colon, _ = text.partition(":")
    if not colon or scheme.lower() not in SCHEMES:
        return "is no http:// or https:// address"
    return ""


def shown_address(text: str) -> str:
    """Return any address for a message: on one line, without user name and password.

    >>> shown_address("http://me:secret@example.org/")
    'http://example.org/'
    """
    return shown(USER.sub("", text), LONGEST_SHOWN)


def leads_to(address: str, link: str) -> str:
    """Return the address that a Location header means (RFC 9110, section 10.2.2), unchecked.

    Raises `ValueError` where it cannot be read at all.
    """
    return urljoin(address, utf8_header(link).strip())


def utf8_header(value: str) -> str:
    """Return a header's value as UTF-8 where it is that: http.client reads it as ISO-8859-1."""
    try:
        return value.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return value


def origin(address: str) -> str:
    """Return scheme, host and port (RFC 6454) of a normal address.

    >>> origin("https://example.org/a?b") == origin("https://example.org:443/")
    True
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or PORTS.get(parts.scheme, 0)}"


def host_of(address: str) -> str:
    """Return the host of a normal address, in lower case."""
    return urlsplit(address).hostname or ""


def without_parameter(address: str, name: str) -> str:
    """Return `address` without the query parameter `name`; the others stay as they are written.

    >>> without_parameter("http://a.example/?x=%20&key=1&y", "key")
    'http://a.example/?x=%20&y'
    """
    parts = urlsplit(address)
    kept = [one for one in parts.query.split("&") if unquote_plus(one.partition("=")[0]) != name]
    return urlunsplit(parts._replace(query="&".join(kept)))


def with_parameter(address: str, pair: str) -> str:
    """Return `address` with one more `name=value`, which is encoded already, in its query."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=f"{parts.query}&{pair}" if parts.query else pair))
