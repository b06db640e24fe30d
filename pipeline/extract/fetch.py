"""The only HTTP client: polite, within limits, resumable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import requests

from pipeline.errors import SourceError
from pipeline.extract.payloads import Payload, keep
from pipeline.settings import Catalogue, Source


class HttpError(SourceError):
    """The server answered, but not with what was asked for; `status` is the HTTP status code."""

    status: int = 0


class Fetcher:
    """Reads the web for one source: conditional requests, the payload store, a journal to go on."""

    def __init__(
        self, source: Source, catalogue: Catalogue, output: Path, *, offline: bool = False
    ) -> None:
        """Keep what it works with; nothing is read yet."""
        self.source = source
        self.catalogue = catalogue
        self.output = output
        self.offline = offline

    def get(
        self,
        url: str,
        *,
        accept: str = "",
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Payload:
        """Return the answer to GET `url` (POST where a `form` is given)."""
        answer = requests.request(
            "POST" if form else "GET",
            url,
            data=form,
            headers={"Accept": accept or "*/*", **(headers or {})},
            timeout=30,
        )
        if answer.status_code >= 400:
            error = HttpError(f"answered {answer.status_code}", where=url)
            error.status = answer.status_code
            raise error
        data = answer.content
        digest = hashlib.sha256(data).hexdigest()
        keep(data, digest, self.output / "payloads")
        return Payload(
            url,
            data,
            digest,
            url=answer.url,
            media_type=answer.headers.get("Content-Type", "").partition(";")[0].strip(),
            headers={k.lower(): v for k, v in answer.headers.items()},
        )

    def restart(self) -> None:
        """Forget the pages of this harvest, so that each is asked for anew."""

    def finish(self) -> None:
        """Note that the harvest is whole: the next one starts from the beginning."""
