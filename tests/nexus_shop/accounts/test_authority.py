"""Who may manage whose account."""

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

from nexus_shop.accounts.authority import may_manage
from nexus_shop.accounts.models import User
from tests.factories.shop import make_user
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db


def make_root() -> User:
    return make_user(is_staff=True, is_superuser=True)


@pytest.mark.parametrize(
    ("role", "managed"),
    [
        ("Admin", {"customer", "Partner staff", "Staff", "Editor", "Admin"}),
        ("Staff", {"customer", "Partner staff", "Staff"}),
        ("Editor", {"customer", "Editor"}),
        ("customer", {"customer"}),
    ],
)
def test_role_manages_those_whose_rights_it_has(role: str, managed: set[str]) -> None:
    member = make_member(role)

    found = {
        name
        for name in ("customer", "Partner staff", "Staff", "Editor", "Admin")
        if may_manage(member, make_member(name))
    }

    assert found == managed
    assert may_manage(member, make_root()) is False


def test_superuser_manages_everybody_and_everybody_himself() -> None:
    root, member = make_root(), make_member("Staff")
    assert may_manage(root, make_root()) is True
    assert may_manage(root, make_member("Admin")) is True
    assert may_manage(member, member) is True


def test_disabled_account_keeps_its_rank() -> None:
    clerk = make_user(is_staff=True)
    assert may_manage(clerk, make_user(is_active=False, is_superuser=True)) is False
    admin = make_member("Admin")
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert may_manage(clerk, User.objects.get(pk=admin.pk)) is False


def test_own_permission_counts_like_that_of_a_group() -> None:
    clerk, customer = make_user(is_staff=True), make_user()
    permission = Permission.objects.get(codename="change_product")
    customer.user_permissions.add(permission)
    assert may_manage(clerk, customer) is False
    clerk.user_permissions.add(permission)
    assert may_manage(clerk, customer) is True


def test_right_on_a_page_counts() -> None:
    clerk, writer = make_user(is_staff=True), make_user()
    group = Group.objects.create(name="Writers")
    page = Page.get_first_root_node()
    GroupPagePermission.objects.create(
        group=group, page=page, permission=Permission.objects.get(codename="publish_page")
    )
    writer.groups.add(group)
    assert may_manage(clerk, writer) is False
    clerk.groups.add(group)
    assert may_manage(clerk, writer) is True
