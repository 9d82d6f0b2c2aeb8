"""`manage.py invariants`: what must hold of carts, orders, stock and money, asked of the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forked_apps.checkout.invariants import INVARIANTS, violations


class Command(BaseCommand):
    """Fail, naming the rows, where an invariant does not hold. Ask when the worker has nothing left to do."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask each and say what came out."""
        if found := violations():
            raise CommandError("\n".join(str(violation) for violation in found))
        self.stdout.write(f"{len(INVARIANTS)} invariants hold")
