"""Members of the role groups, and browsers of theirs."""

from django.contrib.auth.models import Group
from django.test import Client

from forked_apps.partner.models import Partner
from nexus_shop.accounts.models import User

from .shop import make_user

STAFF_ROLES = {"Admin", "Staff"}
ROLES = ("anonymous", "customer", "Partner staff", "Staff", "Editor", "Admin")


def make_member(role: str, *, partner: Partner | None = None) -> User:
    """Somebody of the role group; `customer` is in none. Partner staff work for `partner`."""
    user = make_user(is_staff=role in STAFF_ROLES)
    if role != "customer":
        user.groups.add(Group.objects.get(name=role))
    if partner is not None:
        partner.users.add(user)
    return user


def browser_of(user: User | None) -> Client:
    """A browser in which the user is logged in; None is anonymous."""
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return browser


def make_partner(name: str) -> Partner:
    """Another partner than the shop's default one."""
    made: Partner = Partner.objects.create(name=name, code=name.lower().replace(" ", "-"))
    return made
