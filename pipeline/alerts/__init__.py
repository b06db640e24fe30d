"""Telling people and machines how a run ended: by e-mail, webhook, ping and metrics.

Nothing here stops a run: a channel that fails is noted in `runs.jsonl`, and what it did not take is
due again at the next run.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.alerts.channels import Failure, send_email, send_ping, send_webhook
from pipeline.alerts.message import Message, failure_message, recovery_message
from pipeline.alerts.metrics import write_metrics
from pipeline.settings import AlertSettings, Catalogue

__all__ = [
    "Message",
    "channels_of",
    "failure_message",
    "ping",
    "recovery_message",
    "send",
    "write_metrics",
]


def send(catalogue: Catalogue, message: Message) -> dict[str, str]:
    """Send a message through every channel that is set; return why a channel did not take it."""
    alerts = catalogue.alerts
    failed: dict[str, str] = {}
    if alerts.webhook:
        failed["webhook"] = _tried(lambda: send_webhook(catalogue, message))
    if alerts.email:
        failed["email"] = _tried(lambda: send_email(catalogue, message))
    return {channel: problem for channel, problem in failed.items() if problem}


def ping(catalogue: Catalogue) -> dict[str, str]:
    """Tell the dead man's switch that a run was good; return why it did not take it."""
    problem = _tried(lambda: send_ping(catalogue)) if catalogue.alerts.ping else ""
    return {"ping": problem} if problem else {}


def channels_of(alerts: AlertSettings) -> list[str]:
    """Return the names of the channels that are set."""
    return [name for name in ("webhook", "email", "ping", "metrics") if getattr(alerts, name)]


def _tried(channel: Callable[[], None]) -> str:
    try:
        channel()
    except Failure as problem:
        return str(problem)
    return ""
