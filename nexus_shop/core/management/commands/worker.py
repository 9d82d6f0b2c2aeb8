"""`manage.py worker`: the background process of every deployment."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from nexus_shop.core.worker import Worker, drain


class Command(BaseCommand):
    """Relay events, rebuild documents, run or send queued tasks, keep the schedule. Any number may run."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--drain for tests and scripts."""
        parser.add_argument("--drain", action="store_true", help="Work off what is due and end.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        if options["drain"]:
            drain()
            return
        worker = Worker()
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
        worker.run()
