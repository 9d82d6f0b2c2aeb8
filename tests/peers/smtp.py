"""A mail server: takes mails over SMTP and keeps each as a file. An address at `refused.example` is none that it knows.

python -m tests.peers.smtp PORT FOLDER
"""

import asyncio
import contextlib
import email
import email.policy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from nexus_shop.core.postgres import ROOT


class Keeper:
    """Writes each mail to the folder, numbered in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Refuse who is not there."""
        if address.endswith("@refused.example"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        number = len(list(self._folder.glob("*.eml")))
        (self._folder / f"{number:04d}.eml").write_bytes(envelope.content)
        return "250 kept"


async def _serve(port: int, folder: Path) -> None:
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeper(folder)), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


class MailServer:
    """A running mail server and what it has received."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, oldest first."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self._folder.glob("*.eml"))
        ]


@contextmanager
def mail_server(port: int, folder: Path) -> Iterator[MailServer]:
    """A mail server on the port, answering."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.peers.smtp", str(port), str(folder)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            yield MailServer(port, folder)
        finally:
            process.terminate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
