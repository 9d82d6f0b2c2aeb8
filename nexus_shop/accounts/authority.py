"""Who may manage whose account. Django admin, the dashboard and the CMS all ask here."""

from django.contrib.auth.models import Permission
from django.db.models import Model, Q, QuerySet

from .models import User


def may_manage(user: User, account: User) -> bool:
    """Whether the user may change the account: whoever sets its password or address can be it.

    Superusers manage everybody and nobody else manages them. Other accounts are managed by those who have every right
    of theirs. The rights of a disabled account count: it can be enabled again.
    """
    if user.is_superuser or user.pk == account.pk:
        return True
    if account.is_superuser or (account.is_staff and not user.is_staff):
        return False
    held = zip(_rights_of(account), _rights_of(user), strict=True)
    return not any(theirs.difference(own).exists() for theirs, own in held)


def _rights_of(user: User) -> list["QuerySet[Model, tuple[int, ...]]"]:
    """Permissions, own and of the groups; then the groups' on Wagtail's pages and on its collections."""
    from wagtail.models import GroupCollectionPermission, GroupPagePermission  # noqa: PLC0415 - apps must be loaded

    permissions = Permission.objects.order_by().filter(Q(user=user) | Q(group__user=user))
    pages = GroupPagePermission.objects.order_by().filter(group__user=user)
    collections = GroupCollectionPermission.objects.order_by().filter(group__user=user)
    return [
        permissions.values_list("pk"),
        pages.values_list("page_id", "permission_id"),
        collections.values_list("collection_id", "permission_id"),
    ]
