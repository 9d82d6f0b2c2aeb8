"""Wagtail's APIs of version 2: for storefronts that show our content, and for Wagtail's own admin.

The shop's default is to refuse, so both say who is let in. Version 3 of the API registers itself; we
guard its routes.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import BaseAPIViewSet, PagesAPIViewSet
from wagtail.api.v3.errors import problem_response
from wagtail.contrib.redirects.api import RedirectsAPIViewSet
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

NUMBERS: Final = frozenset({"id", "offset", "limit", "child_of", "ancestor_of", "descendant_of", "translation_of"})
MAX_NUMBER: Final = 2**31 - 1


def makes_sense(name: str, value: str) -> bool:
    """Whether PostgreSQL can be asked for it: no NUL, no number beyond its integers; an id is a number."""
    if "\0" in name or "\0" in value:
        return False
    if not re.fullmatch(r"[+-]?[0-9]+", value):
        return name != "id"
    return name not in NUMBERS or (len(value) < 12 and abs(int(value)) <= MAX_NUMBER)


def senseless(question: QueryDict) -> str | None:
    """The name of a parameter that makes no sense, if there is one."""
    asked = ((name, value) for name, values in question.lists() for value in values)
    return next((name for name, value in asked if not makes_sense(name, value)), None)


class Public(BaseAPIViewSet):
    """Published content, for anybody, as JSON."""

    permission_classes: ClassVar = [AllowAny]
    authentication_classes: ClassVar[list[type]] = []
    renderer_classes: ClassVar = [JSONRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Wagtail 8 hands PostgreSQL what it cannot take, and fails."""
        super().initial(request, *args, **kwargs)
        name = senseless(request.query_params)
        if name is not None:
            raise BadRequestError(f"{name!r} has a value that makes no sense")

    def handle_exception(self, exc: Exception) -> Response:
        """Wagtail 8 does not expect that a field of dates refuses what is none."""
        problem = BadRequestError(" ".join(exc.messages)) if isinstance(exc, ValidationError) else exc
        response: Response = super().handle_exception(problem)
        return response


class Pages(Public, PagesAPIViewSet):
    """Published pages."""


class Images(Public, ImagesAPIViewSet):
    """Pictures of the content, but not those of closed collections."""


class Documents(Public, DocumentsAPIViewSet):
    """Documents of the content, but not those of closed collections."""


class Redirects(Public, RedirectsAPIViewSet):
    """Where old addresses lead."""


router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", Pages)
router.register_endpoint("images", Images)
router.register_endpoint("documents", Documents)
router.register_endpoint("redirects", Redirects)


class ForEditors(BaseAPIViewSet):
    """What Wagtail's admin asks for. Its routes let in only who may enter the CMS."""

    permission_classes: ClassVar = [IsAuthenticated]
    authentication_classes: ClassVar = [SessionAuthentication]
    renderer_classes: ClassVar = [JSONRenderer]


class EditorsPages(ForEditors, PagesAdminAPIViewSet):
    """The page explorer."""


class EditorsImages(ForEditors, ImagesAdminAPIViewSet):
    """Pictures."""


class EditorsDocuments(ForEditors, DocumentsAdminAPIViewSet):
    """Documents."""


def open_admin_api(admin_router: WagtailAPIRouter) -> None:
    """Put our views in the place of Wagtail's, which the default permission would close."""
    admin_router.register_endpoint("pages", EditorsPages)
    admin_router.register_endpoint("images", EditorsImages)
    admin_router.register_endpoint("documents", EditorsDocuments)


def guarded(urls: tuple[list[URLPattern], str, str]) -> tuple[list[URLPattern], str, str]:
    """The routes of version 3, which hands PostgreSQL what it cannot take as version 2 does: refused before."""
    for pattern in urls[0]:
        pattern.callback = _guard(pattern.callback)
    return urls


def _guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = senseless(request.GET)
        if name is not None:
            problem: HttpResponse = problem_response(status=400, detail=f"{name!r} has a value that makes no sense")
            return problem
        return view(request, *args, **kwargs)

    return guard
