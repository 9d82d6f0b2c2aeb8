"""Oscar's own HTML shop, which is not served: its URL names resolve and lead to the storefront.

The dashboard's templates and Oscar's mails link to these names. Every pattern of Oscar's shop is taken over with its
name and its view replaced, so that a name which a later Oscar adds is replaced too.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe

PREFIX: Final = "~shop/"  # no slug of Wagtail has a tilde


@require_safe
def to_storefront(request: HttpRequest, **_: Any) -> HttpResponse:
    """Lead to the same path of the storefront; 404 where the shop knows of none."""
    if not settings.STOREFRONT_URL:
        raise Http404
    path = request.get_full_path().removeprefix(f"/{PREFIX}")
    return HttpResponseRedirect(f"{settings.STOREFRONT_URL.rstrip('/')}/{path}")


def storefront_patterns() -> list[URLPattern | URLResolver]:
    """The patterns of Oscar's shop without its dashboard, each with `to_storefront` as its view."""
    return list(_led_away(apps.get_app_config("oscar").get_urls()))  # type: ignore[attr-defined]


def _led_away(patterns: Iterable[Any]) -> Iterable[URLPattern | URLResolver]:
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield URLPattern(entry.pattern, to_storefront, None, entry.name)
        elif entry.namespace != "dashboard":
            inner = list(_led_away(entry.url_patterns))
            yield URLResolver(entry.pattern, inner, None, entry.app_name, entry.namespace)
