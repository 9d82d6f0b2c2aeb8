"""`manage.py payments reconcile`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forked_apps.payment.reconciliation import reconcile


class Command(BaseCommand):
    """Compare the shop's books with those of the gateways, settle what can be, name the rest."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One word, and how far back to look."""
        parser.add_argument("action", choices=["reconcile"])
        parser.add_argument("--days", type=int, default=7, help="compare attempts of the last so many days (7)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say every difference; fail where one is left."""
        found = reconcile(days=options["days"])
        for each in found:
            state = "settled" if each.is_repaired else "OPEN"
            self.stdout.write(f"{state}  {each.problem}  {each.subject}  {each.detail}")
        left = sum(not each.is_repaired for each in found)
        if left:
            raise CommandError(f"{left} of {len(found)} differences are left for people")
        self.stdout.write(f"{len(found)} differences, all settled" if found else "the books agree")
