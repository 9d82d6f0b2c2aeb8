"""The role groups that exist on every database, with their permissions.

A group that is missing after a migration is made, with the permissions below. One that is there is the owner's: nothing
is given to it and nothing taken. What the product gets later is granted by a migration, or by the owner.
"""

from typing import Any, Final

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

ADMIN: Final = "Admin"
STAFF: Final = "Staff"
PARTNER_STAFF: Final = "Partner staff"
EDITOR: Final = "Editor"

# Apps whose models a member of staff works with; the rest (users, permissions, tokens) is the admins'.
STAFF_APPS: Final = (
    *("catalogue", "reviews", "partner", "offer", "voucher", "order", "basket", "customer", "address", "shipping"),
    *("payment", "communication", "wishlists", "analytics", "markets"),
)
EDITOR_APPS: Final = ("cms", "wagtailimages", "wagtaildocs", "wagtailredirects", "wagtailforms")


def make_roles(app_config: AppConfig, **_: Any) -> None:
    """Make missing role groups, once every app has its permissions. A `post_migrate` receiver."""
    if app_config is not [config for config in apps.get_app_configs() if config.models_module][-1]:
        return
    _make(ADMIN, Q(), edits_pages=True)
    _make(STAFF, Q(content_type__app_label__in=STAFF_APPS) & ~Q(codename__startswith="delete_order"))
    _make(PARTNER_STAFF, Q(content_type__app_label="partner", codename="dashboard_access"))
    wagtail_admin = Q(content_type__app_label="wagtailadmin", codename="access_admin")
    _make(EDITOR, Q(content_type__app_label__in=EDITOR_APPS) | wagtail_admin, edits_pages=True)


def _make(name: str, permissions: Q, *, edits_pages: bool = False) -> None:
    group, is_new = Group.objects.get_or_create(name=name)
    if not is_new:
        return
    group.permissions.set(Permission.objects.filter(permissions))
    if edits_pages:
        _let_edit_pages(group)


def _let_edit_pages(group: Group) -> None:
    """Wagtail's own permissions: on the page tree and on the collections of pictures and documents."""
    from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page  # noqa: PLC0415 - apps must be loaded

    root = Page.get_first_root_node()
    collection = Collection.get_first_root_node()
    if root is None or collection is None:
        return
    for codename in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    for app_label, codename in (
        *(("wagtailimages", codename) for codename in ("add_image", "change_image", "choose_image")),
        *(("wagtaildocs", codename) for codename in ("add_document", "change_document", "choose_document")),
    ):
        permission = Permission.objects.get(content_type__app_label=app_label, codename=codename)
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
