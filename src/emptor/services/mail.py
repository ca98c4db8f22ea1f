"""Mail that leaves the house: by SMTP, or kept in memory where no server is set."""

from __future__ import annotations

import smtplib
import ssl
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Protocol

from emptor.settings import Settings

TIMEOUT_SECONDS = 20.0
KEPT = 1000
"""Letters that are remembered where none is sent."""


class Undelivered(Exception):
    """A letter could not be handed over; `for_good` when trying again is of no use."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


@dataclass(frozen=True)
class Letter:
    """One mail to one address."""

    to: str
    subject: str
    text: str
    number: str
    """The same for every attempt, so that a reader's program can tell repeats."""


class Mail(Protocol):
    """Where letters are handed over."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over; Undelivered when that fails."""
        ...


class KeptMail:
    """Sends nothing and keeps what would have been sent, the latest `KEPT` letters."""

    def __init__(self) -> None:
        self.sent: deque[Letter] = deque(maxlen=KEPT)

    def send(self, letter: Letter) -> None:
        """Keep a letter."""
        self.sent.append(letter)


class SmtpMail:
    """Hands letters to an SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> None:
        """Hand a letter over; Undelivered when the server is away or does not take it."""
        try:
            message = composed(letter, self._settings.smtp_sender)
        except ValueError as fault:
            raise Undelivered(f"This cannot be a letter: {fault}", for_good=True) from fault
        try:
            with self._connected() as server:
                server.send_message(message, to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as fault:
            code, said = fault.recipients[letter.to]
            sentence = f"{letter.to} was refused: {code} {said.decode(errors='replace')}"
            raise Undelivered(sentence, for_good=code >= 500) from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise Undelivered(f"{type(fault).__name__}: {fault}") from fault

    def _connected(self) -> smtplib.SMTP:
        chosen = self._settings
        place = (chosen.smtp_host, chosen.smtp_port)
        if chosen.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *place, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(*place, timeout=TIMEOUT_SECONDS)
        try:
            if chosen.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if chosen.smtp_user:
                server.login(chosen.smtp_user, chosen.smtp_password)
        except BaseException:
            server.close()
            raise
        return server


def composed(letter: Letter, sender: str) -> EmailMessage:
    """A letter as a message; ValueError when its address or its subject cannot stand in a header."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{letter.number}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def mail_for(settings: Settings) -> Mail:
    """The way that the settings name for letters."""
    return SmtpMail(settings) if settings.smtp_host else KeptMail()
