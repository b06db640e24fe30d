"""What is wrong with `[alerts]`, before it is needed: for `check`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

from pipeline.alerts.channels import FROM_ENVIRONMENT, Failure, value_of
from pipeline.errors import show_path
from pipeline.settings import CATALOGUE_FILE, AlertSettings, Settings, iri_problem

ADDRESSES = ("webhook", "ping")
FROM_ELSEWHERE = (*ADDRESSES, "metrics", "smtp_user", "smtp_password")


def alert_problems(settings: Settings) -> list[str]:
    """Return what would keep people and machines from being told, a line each."""
    shown = show_path(settings.folder / CATALOGUE_FILE)
    return [f"{shown}: {problem}" for problem in _problems(settings)]


def metrics_problem(settings: Settings) -> str:
    """Return what keeps the metrics from being written, or an empty text."""
    try:
        value = value_of(settings.catalogue.alerts.metrics)
    except Failure as error:
        return str(error)
    file = settings.folder / value
    try:
        if "\0" in value or file.is_dir():
            return f"{value!r} is no file"
        place = file.parent
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir():
            return f"{place} is no folder"
        with tempfile.NamedTemporaryFile(dir=place, prefix=f".{file.name}."):
            return ""  # root may do what the rights forbid, and not what a file system does
    except OSError as error:
        return f"{file} cannot be written: {error.strerror or error}"


def _problems(settings: Settings) -> Iterator[str]:
    alerts = settings.catalogue.alerts
    for key in FROM_ELSEWHERE:
        try:
            value = value_of(getattr(alerts, key))
        except Failure as error:
            yield (
                f"key 'alerts.{key}': {error}; expected its value there, as the runs of the "
                f"schedule have it; next: set it, or take {FROM_ENVIRONMENT}NAME out"
            )
            continue
        if key in ADDRESSES and value and (problem := iri_problem(value)):
            # without the value: it may be a secret
            yield f"key 'alerts.{key}': {problem}; expected an http(s) address"
        if key == "metrics" and value and (problem := metrics_problem(settings)):
            yield f"key 'alerts.metrics': {problem}; expected a file that a run may write"
    yield from _mail_problems(alerts)


def _mail_problems(alerts: AlertSettings) -> Iterator[str]:
    for key, addresses in (("email", alerts.email), ("sender", (alerts.sender,))):
        for address in filter(None, addresses):
            name, _, host = parseaddr(address)[1].partition("@")
            if not name or not host or "@" in host:
                yield (
                    f"key 'alerts.{key}': {address!r} is no address; "
                    "expected one such as librarian@example.org"
                )
    if bool(alerts.smtp_user) != bool(alerts.smtp_password):
        yield "key 'alerts.smtp_user': a user and a password go together; expected both or none"


def place_of_metrics(settings: Settings) -> Path:
    """Return the file of the metrics; raises `Failure` where the environment does not name it."""
    return settings.folder / value_of(settings.catalogue.alerts.metrics)
