"""The staff's login form."""

from typing import Any

from allauth.account.forms import LoginForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class StaffLoginForm(LoginForm):
    """allauth 65 tells a disabled account from a wrong password, and leads it to a page that we do not have."""

    error_messages = {"invalid_credentials": _("E-mail address (or username) or password is wrong.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("E-mail address or username")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Keep me logged in on this device")

    def clean(self) -> Any:
        """The account behind the password; one message for everything that stands against it."""
        if self.errors:
            return self.cleaned_data
        try:
            cleaned = super().clean()
        except ValidationError:
            raise self._refusal() from None
        if not self.user.is_active:
            raise self._refusal()
        return cleaned

    def _refusal(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_credentials"], code="invalid_credentials")
