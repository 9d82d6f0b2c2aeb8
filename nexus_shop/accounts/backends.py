"""How a name and a password find an account."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from .models import User


class AuthenticationBackend(AllauthBackend):
    """allauth 65 also finds an account by addresses that it had before, whosever they are now."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        account = User.objects.filter(Exact(Lower("email"), Lower(Value(email)))).first()
        found: User | None = self._check_password(account, password)
        return found
