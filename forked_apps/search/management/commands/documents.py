"""`manage.py documents rebuild | verify | status`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forked_apps.search.derived import derived_amiss
from forked_apps.search.models import ParkedNote
from forked_apps.search.operations import rebuild_all, rebuild_noted, stale_products
from forked_apps.search.queries import backlog, documents_by_language, languages_amiss


class Command(BaseCommand):
    """Rebuild every document, prove that none is stale, or say how far the worker is behind."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("action", choices=["rebuild", "verify", "status"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say what came out; rebuild and verify fail where a document cannot be built, or is stale."""
        if options["action"] == "status":
            for name, value in (backlog() | {"parked": ParkedNote.objects.count()}).items():
                self.stdout.write(f"{name}: {value}")
            for language, count in documents_by_language().items():
                self.stdout.write(f"documents in {language}: {count}")
        elif options["action"] == "rebuild":
            count = rebuild_all()
            _refuse_parked()
            self.stdout.write(f"{count} products rebuilt")
        else:
            while rebuild_noted():
                pass
            _refuse_parked()
            amiss = [f"{language} {what}" for language, what in languages_amiss().items()] + derived_amiss()
            if stale := stale_products():
                amiss.insert(0, f"{len(stale)} products have stale documents: {stale[:20]}")
            if amiss:
                raise CommandError("; ".join(amiss))
            self.stdout.write("every document is as a fresh one, counts and entries of categories as the documents say")


def _refuse_parked() -> None:
    if parked := list(ParkedNote.objects.order_by("kind", "ref")):
        told = ", ".join(f"{note} ({note.last_error})" for note in parked[:20])
        raise CommandError(f"{len(parked)} notes are parked, as their documents could not be built: {told}")
