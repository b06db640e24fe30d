"""Telling people and machines how a run ended: by e-mail, webhook, ping and metrics.

Nothing here stops a run: a channel that fails is noted in `runs.jsonl` and said on stderr, and what
it did not take is due again at the next run, for that channel alone (`pipeline.alerts.due`).
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.alerts.channels import Failure, send_email, send_ping, send_webhook
from pipeline.alerts.due import Due, is_known, with_incidents
from pipeline.alerts.message import Message, failure_message, recovery_message
from pipeline.alerts.metrics import write_metrics
from pipeline.alerts.problems import alert_problems, metrics_problem, place_of_metrics
from pipeline.settings import AlertSettings, Catalogue

__all__ = [
    "Due",
    "Message",
    "alert_problems",
    "failure_message",
    "is_known",
    "message_channels",
    "metrics_problem",
    "ping",
    "place_of_metrics",
    "recovery_message",
    "send",
    "send_through",
    "with_incidents",
    "write_metrics",
]


def send(catalogue: Catalogue, message: Message) -> dict[str, str]:
    """Send a message through every channel that is set; return why a channel did not take it."""
    told = {
        one: send_through(catalogue, one, message) for one in message_channels(catalogue.alerts)
    }
    return {channel: problem for channel, problem in told.items() if problem}


def send_through(catalogue: Catalogue, channel: str, message: Message) -> str:
    """Send a message through one channel; return why it did not take it, or an empty text."""
    way = {"webhook": send_webhook, "email": send_email}[channel]
    return _tried(lambda: way(catalogue, message))


def ping(catalogue: Catalogue) -> dict[str, str]:
    """Tell the dead man's switch that a run was good; return why it did not take it."""
    problem = _tried(lambda: send_ping(catalogue)) if catalogue.alerts.ping else ""
    return {"ping": problem} if problem else {}


def message_channels(alerts: AlertSettings) -> list[str]:
    """Return the names of the channels to people that are set."""
    return [name for name in ("webhook", "email") if getattr(alerts, name)]


def _tried(channel: Callable[[], None]) -> str:
    try:
        channel()
    except Failure as problem:
        return str(problem)
    except Exception as error:  # whatever it is, the run goes on; its text may hold a secret
        return f"it cannot be asked: {type(error).__name__}"
    return ""
