"""The address book of a login, in our shape and in oscarapi's."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.address.operations import add_address, change_address, delete_address
from forked_apps.address.queries import BookEntry, address_of, addresses_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import addresses as shapes
from nexus_shop.api.rest.serializers import oscar
from nexus_shop.api.rest.serializers.oscar import postal_address
from nexus_shop.api.rest.serializers.oscar_bodies import address_link, country_link
from nexus_shop.core.idempotency import Answer

WRITE_PROBLEMS = problems(400, 401, 404, 409, 413, 415, 422, 429)
CHANGE_PROBLEMS = problems(400, 401, 404, 409, 412, 413, 415, 422, 429)
DELETE_PROBLEMS = problems(400, 401, 404, 412, 429)
NAMES = ("first_name", "last_name")


def entry_body(entry: BookEntry) -> dict[str, Any]:
    """An address in our shape."""
    fields = {name: value for name, value in asdict(entry.address).items() if name != "title"}
    flags = {
        "is_default_for_shipping": entry.is_default_for_shipping,
        "is_default_for_billing": entry.is_default_for_billing,
    }
    return {"id": entry.handle} | fields | flags


def oscar_entry_body(entry: BookEntry) -> dict[str, Any]:
    """An address in oscarapi's shape."""
    return entry_body(entry) | {
        "url": address_link(entry.handle),
        "title": entry.address.title,
        "search_text": entry.search_text,
        "country": country_link(entry.address.country),
    }


class BookView(View):
    """What the routes of an address book share."""

    address: ClassVar[str] = "/api/v1/me/addresses/{handle}/"

    @property
    def user_id(self) -> int:
        """The login."""
        user: Any = self.request.user
        return int(user.pk)

    def body_of(self, entry: BookEntry) -> dict[str, Any]:
        """An address as this route shows it."""
        return entry_body(entry)

    def answered(self, handle: str, *, status: int = 200) -> Answer:
        """The address as it is now."""
        entry = address_of(self.user_id, handle)
        headers = _headers(entry)
        if status == 201:
            headers["Location"] = self.address.format(handle=handle)
        return answer(self.body_of(entry), status=status, headers=headers)

    def one(self, handle: str) -> HttpResponse:
        """One address with its ETag."""
        entry = address_of(self.user_id, handle)
        return self.private(self.body_of(entry), headers=_headers(entry))

    def all(self) -> HttpResponse:
        """The whole book."""
        return self.private([self.body_of(entry) for entry in addresses_of(self.user_id)])

    def added(self, values: dict[str, Any]) -> HttpResponse:
        """Add what was sent."""
        values = self._named(values)
        flags = {name: values[name] for name in ("is_default_for_shipping", "is_default_for_billing")}
        return self.write(
            lambda: add_address(self.user_id, address=postal_address(values), **flags),
            lambda handle: self.answered(handle, status=201),
        )

    def replaced(self, handle: str, values: dict[str, Any]) -> HttpResponse:
        """Let the address be what was sent."""
        return self.changed(handle, self._named(values))

    def changed(self, handle: str, values: dict[str, Any]) -> HttpResponse:
        """Change what was sent."""
        return self.write(
            lambda: change_address(self.user_id, handle=handle, changes=values, version=self.tag()), self.answered
        )

    def deleted(self, handle: str) -> HttpResponse:
        """Take the address out."""
        return self.write(
            lambda: delete_address(self.user_id, handle=handle, version=self.tag()), lambda _: Answer(204, b"", {})
        )

    def _named(self, values: dict[str, Any]) -> dict[str, Any]:
        """Names default to the account's."""
        if any(values[name] for name in NAMES):
            return values
        return values | {name: getattr(self.request.user, name) for name in NAMES}


def _headers(entry: BookEntry) -> dict[str, str]:
    return {"ETag": f'"{entry.version}"'}


class AddressList(BookView):
    """`me/addresses/`."""

    @extend_schema(
        operation_id="listAddresses",
        summary="Read one's address book",
        responses={200: shapes.BookAddress(many=True), **problems(400, 401, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """All addresses, at most 50: the defaults first, then as they came."""
        return self.all()

    @extend_schema(
        operation_id="addAddress",
        summary="Add an address",
        request=shapes.BookInput,
        responses={201: shapes.BookAddress, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add an address to the book; one that it has already is 409 `address_known` with its `id`."""
        return self.added(self.parsed(shapes.BookInput))


class AddressDetail(BookView):
    """`me/addresses/{id}/`."""

    has_version = True

    @extend_schema(
        operation_id="getAddress",
        summary="Read an address",
        responses={200: shapes.BookAddress, **problems(400, 401, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """One's own address."""
        return self.one(handle)

    @extend_schema(
        operation_id="replaceAddress",
        summary="Replace an address",
        request=shapes.BookInput,
        responses={200: shapes.BookAddress, **CHANGE_PROBLEMS},
    )
    def put(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let the address be this one: what is left out is empty, and no default."""
        return self.replaced(handle, self.parsed(shapes.BookInput))

    @extend_schema(
        operation_id="changeAddress",
        summary="Change an address",
        request=shapes.BookChanges,
        responses={200: shapes.BookAddress, **CHANGE_PROBLEMS},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change what is sent; a default takes the place of the one before."""
        return self.changed(handle, self.parsed(shapes.BookChanges))

    @extend_schema(operation_id="deleteAddress", summary="Delete an address", responses={204: None, **DELETE_PROBLEMS})
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the address out of the book. Orders keep theirs."""
        return self.deleted(handle)


class OscarBookView(BookView):
    """The same book in oscarapi's shape."""

    address = "/api/v1/useraddresses/{handle}/"

    def body_of(self, entry: BookEntry) -> dict[str, Any]:
        """An address in oscarapi's fields."""
        return oscar_entry_body(entry)


class UserAddressList(OscarBookView):
    """`useraddresses/`."""

    @extend_schema(
        operation_id="listUserAddresses",
        summary="Read one's address book",
        responses={200: oscar.OscarUserAddress(many=True), **problems(400, 401, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/`, in oscarapi's fields."""
        return self.all()

    @extend_schema(
        operation_id="addUserAddress",
        summary="Add an address",
        request=oscar.OscarBookInput,
        responses={201: oscar.OscarUserAddress, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/`, in oscarapi's fields."""
        return self.added(self.parsed(oscar.OscarBookInput))


class UserAddressDetail(OscarBookView):
    """`useraddresses/{id}/`. oscarapi 3.3.0 answers a rule that is broken with the text of the database's error."""

    has_version = True

    @extend_schema(
        operation_id="getUserAddress",
        summary="Read an address",
        responses={200: oscar.OscarUserAddress, **problems(400, 401, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/{id}/`, in oscarapi's fields."""
        return self.one(handle)

    @extend_schema(
        operation_id="replaceUserAddress",
        summary="Replace an address",
        request=oscar.OscarBookInput,
        responses={200: oscar.OscarUserAddress, **CHANGE_PROBLEMS},
    )
    def put(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/{id}/`, in oscarapi's fields."""
        return self.replaced(handle, self.parsed(oscar.OscarBookInput))

    @extend_schema(
        operation_id="changeUserAddress",
        summary="Change an address",
        request=oscar.OscarBookChanges,
        responses={200: oscar.OscarUserAddress, **CHANGE_PROBLEMS},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/{id}/`, in oscarapi's fields."""
        return self.changed(handle, self.parsed(oscar.OscarBookChanges))

    @extend_schema(
        operation_id="deleteUserAddress",
        summary="Delete an address",
        responses={204: None, **DELETE_PROBLEMS},
    )
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `me/addresses/{id}/`."""
        return self.deleted(handle)


__all__ = ["AddressDetail", "AddressList", "UserAddressDetail", "UserAddressList"]
