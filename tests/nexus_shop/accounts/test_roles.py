"""The role groups that every database has."""

import pytest
from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from nexus_shop.accounts.roles import make_roles

pytestmark = pytest.mark.django_db


def last_app() -> AppConfig:
    return [config for config in apps.get_app_configs() if config.models_module][-1]


def test_roles_are_there_after_the_migrations() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= {"Admin", "Staff", "Partner staff", "Editor"}


def test_missing_role_is_made_with_its_permissions() -> None:
    Group.objects.filter(name__in=["Admin", "Staff", "Partner staff", "Editor"]).delete()
    make_roles(last_app())
    staff, partner, editor = (Group.objects.get(name=name) for name in ("Staff", "Partner staff", "Editor"))
    names = set(staff.permissions.values_list("codename", flat=True))
    assert {"change_product", "view_order"} <= names
    assert not {"delete_order", "change_user", "add_permission"} & names
    assert list(partner.permissions.values_list("codename", flat=True)) == ["dashboard_access"]
    assert editor.permissions.filter(codename="access_admin").exists()
    pages = GroupPagePermission.objects.filter(group=editor).values_list("permission__codename", flat=True)
    assert sorted(pages) == ["add_page", "change_page", "publish_page"]
    assert Group.objects.get(name="Admin").permissions.count() == Permission.objects.count()


def test_role_that_an_owner_has_changed_stays_so() -> None:
    staff = Group.objects.get(name="Staff")
    staff.permissions.clear()
    make_roles(last_app())
    assert staff.permissions.count() == 0


@pytest.mark.parametrize("role", ["Editor", "Admin"])
def test_pages_that_an_owner_took_away_stay_away(role: str) -> None:
    group = Group.objects.get(name=role)
    rights = (GroupPagePermission.objects.filter(group=group), GroupCollectionPermission.objects.filter(group=group))
    assert [right.count() for right in rights] == [3, 6]
    for right in rights:
        right.delete()
    make_roles(last_app())
    assert [right.count() for right in rights] == [0, 0]


def test_roles_wait_for_the_last_app() -> None:
    Group.objects.filter(name="Staff").delete()
    make_roles(apps.get_app_config("accounts"))
    assert not Group.objects.filter(name="Staff").exists()
