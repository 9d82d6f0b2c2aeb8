"""`manage.py documents rebuild | verify | status`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forked_apps.search.operations import rebuild_all, rebuild_noted, stale_products
from forked_apps.search.queries import backlog


class Command(BaseCommand):
    """Rebuild every document, prove that none is stale, or say how far the worker is behind."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("action", choices=["rebuild", "verify", "status"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what came out; verify fails where a document is stale."""
        if options["action"] == "rebuild":
            self.stdout.write(f"{rebuild_all()} products rebuilt")
        elif options["action"] == "status":
            for name, value in backlog().items():
                self.stdout.write(f"{name}: {value}")
        else:
            while rebuild_noted():
                pass
            if stale := stale_products():
                raise CommandError(f"{len(stale)} products have stale documents: {stale[:20]}")
            self.stdout.write("every document is as a fresh one")
