"""Links as oscarapi's clients send them: a path of ours, or the address of it on the host that was asked."""

import re
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

BASE: Final = "/api/v1/"
_HOST: Final = re.compile(r"https?://([^/?#@\s]+)(?=/)", re.ASCII | re.IGNORECASE)


class LinkRefused(Exception):
    """It is no link to one of our things; `code` is that of the field's message, `reason` says it to people."""

    def __init__(self, code: str, reason: Any) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


def key_in(link: Any, route: str, key: str, *, host: str, is_bare: bool = False) -> str:
    """The key that a link has below `route` (a pattern without groups); where `is_bare` it may stand alone.

    A link is a path, or an address on `host`. Raises LinkRefused.
    """
    path = link if isinstance(link, str) else ""
    there = _HOST.match(path)
    if there is not None and there[1].lower() != host.lower():
        raise LinkRefused("host", _("This link leads to another host."))
    pattern = f"{BASE}{route}/({key})/"
    if there is not None:
        path = path[there.end() :]
    elif is_bare:
        pattern = f"{pattern}|({key})"
    found = re.fullmatch(pattern, path, re.ASCII)
    if found is None:
        raise LinkRefused("link", _("This is no link to one of our things."))
    return next(group for group in reversed(found.groups()) if group is not None)


class Link(serializers.CharField):
    """A link to one of our things below `route`, as its key. A link to another host, or to something else, is refused.

    `key` is a pattern; where `is_bare` the key may stand alone.
    """

    default_error_messages = {
        "link": _("This is no link to one of our {route}."),
        "host": _("This link leads to another host."),
    }

    def __init__(self, route: str, key: str, *, is_bare: bool = False, **options: Any) -> None:
        self.route, self.key, self.is_bare = route, key, is_bare
        super().__init__(**{"max_length": 300, **options})

    @property
    def pattern(self) -> str:
        """What a path has to look like."""
        link = f"{BASE}{self.route}/({self.key})/"
        return f"^({link}|({self.key}))$" if self.is_bare else f"^{link}$"

    def to_internal_value(self, data: Any) -> str:
        """The key."""
        if not isinstance(data, str):
            self.fail("invalid")
        link = super().to_internal_value(data)
        try:
            return key_in(link, self.route, self.key, host=self.context["request"].get_host(), is_bare=self.is_bare)
        except LinkRefused as refusal:
            self.fail(refusal.code, route=self.route)


class LinkExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text with the pattern of its paths."""

    target_class = "nexus_shop.api.rest.serializers.links.Link"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """The schema."""
        return {"type": "string", "pattern": self.target.pattern, "maxLength": self.target.max_length}


class ProductLink(Link):
    """A product, by its id."""

    def __init__(self, **options: Any) -> None:
        super().__init__("products", "[0-9]{1,10}", **options)


class CountryLink(Link):
    """A country, by its ISO code of two letters, which may stand alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__("countries", "[A-Z]{2}", is_bare=True, **options)


class OptionLink(Link):
    """An option, by its code, which may stand alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__("options", "[-A-Za-z0-9_]{1,128}", is_bare=True, **options)


class BasketLink(Link):
    """A cart, by its handle."""

    def __init__(self, **options: Any) -> None:
        super().__init__("baskets", "[-A-Za-z0-9_]{1,64}", **options)
