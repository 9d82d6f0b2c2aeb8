"""Partners, as staff keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from nexus_shop.accounts.authority import may_manage
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import CodeTaken, NotFound, PermissionMissing
from nexus_shop.core.transactions import refusing, transaction
from nexus_shop.core.versions import ensure_current, version_of

from .errors import PartnerHasStock
from .models import Partner

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class StoredPartner:
    """A partner. `users` are the ids of the accounts that work for it."""

    id: int
    name: str
    code: str
    users: tuple[int, ...]

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def stored_partners(*, search: str = "", after: int = 0, limit: int) -> list[StoredPartner]:
    """Partners in the order of their ids, from behind `after`; two statements."""
    return [_stored(row) for row in _partners().filter(pk__gt=after, name__icontains=search)[:limit]]


def stored_partner(partner_id: int) -> StoredPartner:
    """One partner. Raises NotFound."""
    row = _partners().filter(pk=partner_id).first()
    if row is None:
        raise NotFound
    return _stored(row)


def _partners() -> "QuerySet[Partner]":
    rows: QuerySet[Partner] = Partner.objects.prefetch_related("users").order_by("pk")
    return rows


def _stored(row: Partner) -> StoredPartner:
    return StoredPartner(row.pk, row.name, row.code, tuple(sorted(user.pk for user in row.users.all())))


@transaction
def create_partner(values: Mapping[str, Any], *, by: User) -> int:
    """Make a partner of `name`, `code` (made from the name where left out) and `users`; returns its id.

    Raises CodeTaken, NotFound for an account, PermissionMissing for one that is not `by`'s to manage.
    """
    return _write(Partner(), values, by)


@transaction
def change_partner(partner_id: int, *, changes: Mapping[str, Any], by: User, version: str | None = None) -> int:
    """Change what `changes` names; `users` is the whole list. Returns the id. Locks the partner.

    Who comes to work for a partner may use the dashboard; who works for none any more may not.
    Raises NotFound, StaleVersion, CodeTaken, PermissionMissing.
    """
    return _write(_locked(partner_id, version), changes, by)


@transaction
def remove_partner(partner_id: int, *, version: str | None = None) -> None:
    """Delete a partner without stock records. Locks it. Raises NotFound, StaleVersion, PartnerHasStock."""
    _delete(_locked(partner_id, version))


@transaction
def delete_partner(partner_id: int) -> None:
    """Delete a partner without stock records. Locks it. Deleting it twice changes nothing. Raises PartnerHasStock."""
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is not None:
        _delete(partner)


def _delete(partner: Partner) -> None:
    if partner.stockrecords.exists():
        raise PartnerHasStock
    partner.delete()


def _locked(partner_id: int, version: str | None) -> Partner:
    row: Partner | None = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored(row))
    return row


def _write(row: Partner, values: Mapping[str, Any], by: User) -> int:
    row.name = values.get("name", row.name)
    code = values.get("code")
    if code and Partner.objects.filter(code=code).exclude(pk=row.pk).exists():
        raise CodeTaken(pointer="/code")  # Oscar's field would number it
    row.code = code or row.code
    with refusing({"partner_partner_code": CodeTaken(pointer="/code")}):
        row.save()
    if "users" in values:
        _set_users(row, values["users"], by)
    return int(row.pk)


def _set_users(partner: Partner, ids: Sequence[int], by: User) -> None:
    before = {user.pk: user for user in partner.users.all()}
    accounts = {user.pk: user for user in User.objects.filter(pk__in=ids)}
    for number, pk in enumerate(ids):
        if pk not in accounts:
            raise NotFound(pointer=f"/users/{number}")
    added = [accounts[pk] for pk in accounts if pk not in before]
    removed = [user for pk, user in before.items() if pk not in accounts]
    if not all(may_manage(by, user) for user in (*added, *removed)):
        raise PermissionMissing(pointer="/users")
    partner.users.set(accounts.values())
    _let_in(user for user in added if not user.is_staff)
    _keep_out(user for user in removed if not user.is_staff and not user.partners.exists())


def _let_in(users: "Iterable[User]") -> None:
    for user in users:
        user.user_permissions.add(_access())


def _keep_out(users: "Iterable[User]") -> None:
    for user in users:
        user.user_permissions.remove(_access())


def _access() -> Permission:
    return Permission.objects.get(codename="dashboard_access", content_type__app_label="partner")
