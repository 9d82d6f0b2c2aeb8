"""`manage.py demo load`."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nexus_shop.core.errors import DomainError
from nexus_shop.demo.loading import load

OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})


class Command(BaseCommand):
    """Load the demo shop. Loading it again adds what is missing and changes nothing else."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One word, and --force."""
        parser.add_argument("action", choices=["load"])
        parser.add_argument("--force", action="store_true", help="Load it where other hosts than this machine's are.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it and say each step. Refuses a shop that strangers can reach: the passwords are published."""
        foreign = sorted(set(settings.ALLOWED_HOSTS) - OWN_HOSTS)
        if foreign and not options["force"]:
            raise CommandError(
                f"The demo's passwords are published, and this shop answers to {', '.join(foreign)} (ALLOWED_HOSTS)."
                " Nothing was loaded. --force loads it all the same."
            )
        try:
            load(self._say)
        except DomainError as refusal:
            raise CommandError(
                f"This shop refuses a part of the demo ({refusal.code}, {dict(refusal.details())}): {refusal.message}"
            ) from refusal

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
