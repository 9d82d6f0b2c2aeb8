"""The demo's accounts: those that log in, with their roles, and customers who only wrote and bought."""

import secrets
from datetime import timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone
from oscar.core.utils import slugify

from forked_apps.address.models import UserAddress
from forked_apps.address.validation import PostalAddress
from forked_apps.partner.models import Partner
from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import register_user
from nexus_shop.core.transactions import transaction_required

from .data.people import ADDRESSES, PEOPLE, Person
from .logins import LOGINS, Login

MEMBER_FOR: Final = timedelta(days=90)  # before the oldest of the demo's orders


@transaction_required
def add_accounts() -> int:
    """Add the accounts that are missing, each with its role and address book; returns how many."""
    added = 0
    for account in (*LOGINS, *PEOPLE):
        if User.objects.filter(email__iexact=account.email).exists():
            continue
        user = _log_in_account(account) if isinstance(account, Login) else _customer(account)
        User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - MEMBER_FOR)
        for position, address in enumerate(ADDRESSES.get(account.email, ())):
            _add_address(user, address, is_default=position == 0)
        added += 1
    return added


def _log_in_account(login: Login) -> User:
    user = register_user(
        login.email,
        password=login.password,
        username=_free_username(login.username),
        first_name=login.first_name,
        last_name=login.last_name,
    )
    user.is_staff, user.is_superuser = login.is_staff, login.is_superuser
    user.save(update_fields=["is_staff", "is_superuser"])
    EmailAddress.objects.filter(user=user).update(verified=True)
    user.groups.set(Group.objects.filter(name=login.group))
    if login.partner:
        partner_named(login.partner).users.add(user)
    return user


def _customer(person: Person) -> User:
    user = User(
        email=person.email,
        username=_free_username(person.username),
        first_name=person.first_name,
        last_name=person.last_name,
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=person.email, primary=True, verified=True)
    return user


def _free_username(wanted: str) -> str:
    """A shop that has customers already may have given the name away."""
    is_taken = User.objects.filter(username__iexact=wanted).exists()
    return f"{wanted}-{secrets.token_hex(4)}" if is_taken else wanted


def _add_address(user: User, address: PostalAddress, *, is_default: bool) -> None:
    fields = {
        name: getattr(address, name) for name in ("first_name", "last_name", "line1", "line4", "state", "postcode")
    }
    UserAddress.objects.create(
        user=user,
        country_id=address.country,
        is_default_for_shipping=is_default,
        is_default_for_billing=is_default,
        **fields,
    )


@transaction_required
def partner_named(name: str) -> Partner:
    """The partner of that name, made if missing: the unique code lets rivals find it."""
    found: Partner = Partner.objects.get_or_create(code=slugify(name), defaults={"name": name})[0]
    return found
