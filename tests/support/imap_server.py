"""A small IMAP server on this machine: enough of the protocol to log in, count and read one folder."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PASSWORD = "a-password-canary"


@dataclass
class Mailbox:
    """The folder and what clients did. `garbage`: every answer but the greeting makes no sense."""

    port: int = 0
    validity: int = 7
    first: int = 1
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    garbage: bool = False

    @property
    def following(self) -> int:
        """The number that the next mail gets."""
        return self.first + len(self.mails)

    def numbered(self) -> dict[int, bytes]:
        """The mails by their numbers."""
        return dict(enumerate(self.mails, start=self.first))


@contextmanager
def imap_server() -> Iterator[Mailbox]:
    """The server, running."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("* OK ready")
            for raw in self.rfile:
                line = raw.decode("ascii", "replace").strip()
                tag, _, command = line.partition(" ")
                box.commands.append(command)
                if box.garbage:
                    self._say("%% what? %%")
                    return
                self._answer(tag, command)
                if command.upper().startswith("LOGOUT"):
                    return

        def _answer(self, tag: str, command: str) -> None:
            word = command.split(" ", maxsplit=1)[0].upper()
            if word == "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            elif word == "LOGIN" and PASSWORD not in command:
                self._say(f"{tag} NO wrong password: {command}")
                return
            elif word == "STATUS":
                self._say(f"* STATUS INBOX (UIDNEXT {box.following} UIDVALIDITY {box.validity})")
            elif word in {"SELECT", "EXAMINE"}:
                self._say(f"* {len(box.mails)} EXISTS")
            elif command.upper().startswith("UID SEARCH"):
                self._search(command)
            elif command.upper().startswith("UID FETCH"):
                self._fetch(int(command.split()[2]))
            elif word == "LOGOUT":
                self._say("* BYE")
            self._say(f"{tag} OK done")

        def _search(self, command: str) -> None:
            first = int(re.findall(r"(\d+):\*", command)[0])
            known = box.numbered()
            found = [n for n in known if n >= first] or list(known)[-1:]
            self._say("* SEARCH " + " ".join(map(str, found)))

        def _fetch(self, number: int) -> None:
            mail = box.numbered()[number]
            self._say(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(mail)}}}")
            self.wfile.write(mail + b")\r\n")

        def _say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
