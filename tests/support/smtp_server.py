"""A mail server in a thread: takes letters, refuses whoever is `nobody@…`, and can be told to be busy.

with receiving() as inbox:
    SmtpMail(inbox.settings()).send(letter)
    assert inbox.letters[0]["Subject"] == "Hello"
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from emptor.settings import Settings, read


class Inbox(socketserver.ThreadingTCPServer):
    """The server with what it has received."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.busy = False

    def settings(self, **more: Any) -> Settings:
        """Settings of a server that mails through this one."""
        port = self.server_address[1]
        return read(
            {}, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_sender="Emptor <po@acme.test>", **more
        )


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say(421, "come back later") if self.server.busy else self.say(220, "ready")
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "QUIT":
                self.say(221, "bye")
                return
            if verb.upper() == "DATA":
                self.say(354, "go on")
                self.take()
            elif verb.upper() == "RCPT" and "nobody@" in rest:
                self.say(550, "no such mailbox")
            elif verb.upper() == "RCPT":
                self.server.recipients.append(rest.partition(":")[2].strip("<>"))
                self.say(250, "ok")
            else:
                self.say(250, "ok")

    def take(self) -> None:
        """Read a letter up to its end."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.say(250, "taken")

    def say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())


@contextmanager
def receiving() -> Iterator[Inbox]:
    """A mail server until the block ends."""
    with Inbox() as inbox:
        thread = threading.Thread(target=inbox.serve_forever, kwargs={"poll_interval": 0.01}, name="smtp")
        thread.start()
        try:
            yield inbox
        finally:
            inbox.shutdown()
            thread.join()
