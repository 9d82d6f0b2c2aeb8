"""Oscar's hooks for the forms on partners."""

from typing import Any

from oscar.apps.dashboard.partners.forms import ExistingUserForm as OscarExistingUserForm

from nexus_shop.accounts.models import User


class ExistingUserForm(OscarExistingUserForm):
    """Oscar 4.2.1 asks for a new password with every change: these are Django admin's, which asks for it alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"], self.fields["password2"]

    def save(self, commit: bool = True) -> User:
        """Write names and role."""
        self.cleaned_data["password1"] = ""
        saved: User = super().save(commit=commit)
        return saved
