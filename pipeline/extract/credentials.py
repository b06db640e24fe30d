"""Secrets of a source: from the environment into requests to its own host, and nowhere else."""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote_plus

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.address import CONTROLS, USER, origin, with_parameter, without_parameter
from pipeline.settings import Source

SHORTEST_SECRET = 4
"""Characters; hiding anything shorter wherever it occurs would hide half of every message."""

SHORTEST_IN_BODY = 8
"""Characters from which a secret is also blotted out of what the server sends."""

HIDDEN = "***"


class Secrets(msgspec.Struct, frozen=True):
    """What is sent to `own`, the origin of the source's location, and what must never be seen.

    `headers` are sent as they are, `parameter` is the name and the encoded pair of a query
    parameter; `hidden` are the secrets themselves.
    """

    own: str = ""
    headers: dict[str, str] = {}
    parameter: tuple[str, str] = ("", "")
    hidden: tuple[str, ...] = ()

    def sent_address(self, address: str) -> str:
        """Return the address to ask for: with the secret parameter where it is the own host's."""
        if self.parameter[0] and origin(address) == self.own:
            return with_parameter(self.shown_address(address), self.parameter[1])
        return address

    def sent_headers(self, address: str) -> dict[str, str]:
        """Return the headers that carry the secret to this address: none but to the own host."""
        return self.headers if origin(address) == self.own else {}

    def shown_address(self, address: str) -> str:
        """Return a normal address without the secret, wherever in it a server put it."""
        name, pair = self.parameter
        if name and (origin(address) == self.own or (pair and pair in address)):
            address = without_parameter(address, name)
        return self.hide(address)

    def hide(self, text: str) -> str:
        """Return a text without the secret, however it is encoded there."""
        for secret in self.hidden:
            text = _forms(secret).sub(HIDDEN.encode(), text.encode("utf-8", "replace")).decode()
        return text

    def blot(self, data: bytes) -> bytes:
        """Return what a server sent with each byte of the secret as an asterisk.

        The length stays, so that formats that count bytes are still right.
        """
        for secret in self.hidden:
            if len(secret) >= SHORTEST_IN_BODY:
                data = _forms(secret).sub(lambda found: b"*" * len(found.group()), data)
        return data


def check_credentials(source: Source) -> None:
    """Raise `SettingsError` where `[credentials]` or `location` says wrongly how to log in."""
    if USER.search(source.location):
        raise SettingsError(
            "key 'location': holds a user name or a password",
            where=source.file or source.name,
            expected="an address without them, which may be shown and published",
            next_step="put both into environment variables and name these in [credentials], "
            "'user' and 'environment' (docs/fetching.md)",
        )
    if source.credentials is None:
        return
    told = source.credentials
    ways = [key for key in ("header", "parameter", "user") if getattr(told, key)]
    if len(ways) != 1 or (told.prefix and not told.header):
        said = (
            f"{' and '.join(map(repr, ways))} are given" if ways else "no way to send it is given"
        )
        if len(ways) == 1:
            said = f"'prefix' goes with 'header', not with {ways[0]!r}"
        raise SettingsError(
            f"table [credentials]: {said}",
            where=source.file or source.name,
            expected="one of 'header' (with 'prefix'), 'parameter' or 'user'",
            next_step="see docs/fetching.md for an example of each",
        )


def read_secrets(source: Source, own: str, environment: Mapping[str, str] = os.environ) -> Secrets:
    """Return what `[credentials]` says, with the secret out of the environment, to send to `own`.

    Raises `SourceError` for a variable that is missing or holds what cannot be sent.
    """
    told = source.credentials
    if told is None:
        return Secrets(own)
    secret = _variable(source, told.environment, environment)
    if told.user:
        user = _variable(source, told.user, environment)
        token = base64.b64encode(f"{user}:{secret}".encode()).decode()
        return Secrets(own, {"Authorization": f"Basic {token}"}, hidden=(token, secret))
    if told.parameter:
        pair = f"{quote_plus(told.parameter)}={quote_plus(secret)}"
        return Secrets(own, parameter=(told.parameter, pair), hidden=(secret,))
    return Secrets(own, {told.header: f"{told.prefix}{secret}"}, hidden=(secret,))


def no_secrets(source: Source, own: str) -> Secrets:
    """Return what hides a secret that is not at hand: the name of its parameter."""
    return Secrets(own, parameter=(source.credentials.parameter if source.credentials else "", ""))


def _variable(source: Source, name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    problem = ""
    if not value:
        problem = "is not set" if name not in environment else "is empty"
    elif CONTROLS.search(value) or not value.isprintable():
        problem = "holds a line break or another control character"
    elif source.credentials is not None and source.credentials.header and not value.isascii():
        problem = "holds letters beyond ASCII, which no header can carry"
    elif len(value) < SHORTEST_SECRET and (
        source.credentials is None or name == source.credentials.environment
    ):
        problem = f"holds fewer than {SHORTEST_SECRET} characters"
    if problem:
        raise SourceError(
            f"the environment variable {name} {problem}",
            where=source.file or source.name,
            expected="the secret that [credentials] names",
            next_step=f"set it where Cataloom is started (export {name}=…), and run again",
        )
    return value


@cache
def _forms(secret: str) -> re.Pattern[bytes]:
    """Return what a secret looks like, each letter plain or as URLs, JSON and HTML escape it."""
    return re.compile(b"".join(map(_letter, secret)), re.IGNORECASE)


def _letter(letter: str) -> bytes:
    plain = letter.encode()
    forms = {
        plain,
        b"".join(b"%%%02x" % byte for byte in plain),
        json.dumps(letter)[1:-1].encode(),
        b"\\" + plain,
        html.escape(letter).encode(),
        b"&#%d;" % ord(letter),
        b"&#x%x;" % ord(letter),
    }
    if letter == " ":
        forms.add(b"+")
    return b"(?:" + b"|".join(map(re.escape, sorted(forms))) + b")"
