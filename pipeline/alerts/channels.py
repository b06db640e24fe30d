"""The ways to people and machines: a webhook, e-mail, a ping; each with a limit of time."""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
import zlib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import msgspec

from pipeline.alerts.message import Message
from pipeline.errors import CataloomError
from pipeline.last_run import HELD_ISSUES
from pipeline.settings import AlertSettings, Catalogue

SECONDS = 20.0
ACCEPTED = range(200, 300)
LARGEST_ATTACHMENT = 2_000_000  # bytes; what is larger is compressed
LARGEST_MAIL = 15_000_000  # bytes of all attachments: mail servers refuse more
FROM_ENVIRONMENT = "env:"


class Failure(Exception):
    """Why a channel did not take a message; no secret is in it."""


def value_of(setting: str) -> str:
    """Return a setting, or what the environment variable holds that it names (`env:NAME`).

    Raises `Failure` where the variable is not set.
    """
    if not setting.startswith(FROM_ENVIRONMENT):
        return setting
    name = setting.removeprefix(FROM_ENVIRONMENT)
    value = os.environ.get(name, "").strip()
    if not value:
        raise Failure(f"the environment variable {name} is not set")
    return value


def send_webhook(catalogue: Catalogue, message: Message) -> None:
    """POST the message as JSON; raises `Failure` unless it is answered with 2xx."""
    body = msgspec.json.encode(
        {
            "text": f"{message.subject}\n\n{message.text}",
            "kind": message.kind,
            "subject": message.subject,
            "catalogue": catalogue.base,
            "run": message.run,
            "release": message.release,
            "problems": dict(message.problems),
            "changes": message.changes,
            "issues": _issues(message),
        }
    )
    _request(catalogue, catalogue.alerts.webhook, body, {"Content-Type": "application/json"})


def send_ping(catalogue: Catalogue) -> None:
    """GET the dead man's switch; raises `Failure` unless it is answered with 2xx."""
    _request(catalogue, catalogue.alerts.ping, None, {})


def send_email(catalogue: Catalogue, message: Message) -> None:
    """Send the message with the files of the run attached (RFC 5321, RFC 5322).

    Raises `Failure` where a server does not take it for every address.
    """
    alerts = catalogue.alerts
    mail = _mail(catalogue, message)
    try:
        with _connected(alerts) as server:
            user = value_of(alerts.smtp_user)
            if user:
                server.login(user, value_of(alerts.smtp_password))
            refused = server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise Failure(f"{alerts.smtp_host} refuses user or password ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise Failure(f"{alerts.smtp_host} refuses {', '.join(error.recipients)}") from None
    except smtplib.SMTPException as error:
        raise Failure(f"{alerts.smtp_host} refuses the message: {type(error).__name__}") from None
    except (OSError, ValueError) as error:
        raise Failure(f"{alerts.smtp_host}:{alerts.smtp_port} cannot be reached: {error}") from None
    if refused:
        raise Failure(f"{alerts.smtp_host} refuses {', '.join(refused)}")


def _connected(alerts: AlertSettings) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if alerts.smtp_security == "tls":
        return smtplib.SMTP_SSL(
            alerts.smtp_host, alerts.smtp_port, timeout=SECONDS, context=trusted
        )
    server = smtplib.SMTP(alerts.smtp_host, alerts.smtp_port, timeout=SECONDS)
    if alerts.smtp_security == "starttls":
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


def _mail(catalogue: Catalogue, message: Message) -> EmailMessage:
    alerts = catalogue.alerts
    contact = catalogue.contact.removeprefix("mailto:")
    sender = alerts.sender or (contact if "@" in contact else alerts.email[0])
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"] = sender
    mail["To"] = ", ".join(alerts.email)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.text)
    left = LARGEST_MAIL
    for file in message.files:
        data, name = _attachment(file)
        if data and len(data) <= left:
            mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
            left -= len(data)
    return mail


def _attachment(file: Path) -> tuple[bytes, str]:
    try:
        data = file.read_bytes()
    except OSError:
        return b"", file.name
    if len(data) <= LARGEST_ATTACHMENT:
        return data, file.name
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)  # gzip
    return packer.compress(data) + packer.flush(), f"{file.name}.gz"


def _issues(message: Message) -> str:
    """Return the issues as CSV, as they stand in the run's own files: first what is published."""
    text = ""
    for file in message.files:
        if file.name in {"issues.csv", HELD_ISSUES}:
            with contextlib.suppress(OSError):
                found = file.read_text("utf-8-sig")
                text += found.partition("\n")[2] if text else found  # one head is enough
    return text


def _request(
    catalogue: Catalogue, setting: str, body: bytes | None, headers: dict[str, str]
) -> None:
    from pipeline.extract.address import host_of, normal_address
    from pipeline.extract.failure import Failure as NoAnswer
    from pipeline.extract.fetch import user_agent
    from pipeline.extract.transport import Question, Transport

    host = "the address"
    try:
        address = normal_address(value_of(setting))
        host = host_of(address)
        transport = Transport(address, SECONDS, 1)
        try:
            question = Question(address, {"User-Agent": user_agent(catalogue), **headers}, body)
            status = transport.send(question, left=SECONDS, cut=1).status
        finally:
            transport.close()
    except NoAnswer as error:
        raise Failure(f"{host}: {error.what}") from None
    except CataloomError:  # its text may hold the address, which is a secret with many services
        raise Failure(f"{host} is no address that can be asked") from None
    if status not in ACCEPTED:
        raise Failure(f"{host} answers {status}")
