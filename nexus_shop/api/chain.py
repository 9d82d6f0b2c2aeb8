"""Two middleware chains: a short one for the API, Django's full one for the pages.

Sessions, messages, CSRF, locale and the like cost the API a third of its time and it uses none of them: it has no
cookies but the refresh token's. `MIDDLEWARE` stays full (allauth and Wagtail insist); the first of it, `ApiChain`,
leads /api/ and /health/ past the rest to the view that the last of it, `ChainEnd`, has remembered.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import reduce
from http import HTTPStatus
from typing import Any, Final, cast

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from forked_apps.catalogue.picture_files import MAX_BYTES
from nexus_shop.core.languages import negotiated
from nexus_shop.core.requests import start_request

from .rest.errors import as_problem, problem_for

Handler = Callable[[HttpRequest], HttpResponseBase]

API_PREFIXES: Final = ("/api/v1/", "/health/")
API_CSP: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
MAX_BODY: Final = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
#: Where a body may have a file, and how large it may be with all around it.
UPLOADS: Final = re.compile(r"/api/v1/admin/(?:products/[^/]+/images|files)/")
MAX_UPLOAD: Final = MAX_BYTES + 65_536
CHUNK: Final = 65_536


class ChainEnd:
    """The last middleware: knows the bare view handler."""

    view_handler: Handler

    def __init__(self, get_response: Handler) -> None:
        type(self).view_handler = staticmethod(get_response)
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)


class ApiChain:
    """The first middleware: chooses the chain. Django makes the last middleware first, so `ChainEnd` is ready."""

    def __init__(self, get_response: Handler) -> None:
        self.pages = get_response
        middleware: tuple[Any, ...] = (CommonMiddleware, CorsMiddleware, SecurityMiddleware)
        chain: Handler = reduce(lambda inner, outer: outer(inner), middleware, ChainEnd.view_handler)
        self.api = cast(Handler, convert_exception_to_response(chain))  # an unknown host is refused by middleware
        permissions = settings.PERMISSIONS_POLICY
        self.permissions_policy = ", ".join(f"{name}=()" for name in permissions)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The API's chain for the API, the pages' for all else."""
        if not request.path_info.startswith(API_PREFIXES):
            return self.pages(request)
        request_id = start_request(request.META.get("HTTP_X_REQUEST_ID"))
        language = negotiated(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
        translation.activate(language)  # this thread may have served another one
        refusal = _refusal_of_body(request)
        response = problem_for(refusal, request) if refusal else self.api(request)
        response = as_problem(response, request)
        response.headers["X-Request-Id"] = request_id
        response.headers["Content-Language"] = language
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Content-Security-Policy"] = API_CSP
        response.headers["Permissions-Policy"] = self.permissions_policy
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ("Authorization", "X-Cart-Token"))
        if request.method == "HEAD":
            response.content = b""
        _read_out(request, response)
        return _said_of_nothing(response)


def _read_out(request: HttpRequest, response: HttpResponseBase) -> None:
    """Take what nobody has read of a body: a server that hangs up on the rest may take its answer along, and nginx
    tells the client that nobody is there. What is too large is not waited for.
    """
    is_read = not request.META.get("CONTENT_LENGTH") or hasattr(request, "_body")
    if is_read or response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return
    with suppress(OSError):  # the client has gone
        for _ in range(MAX_UPLOAD // CHUNK + 1):
            if not request._stream.read(CHUNK):  # noqa: SLF001 - past Django's own checks
                return


def _said_of_nothing(response: HttpResponseBase) -> HttpResponseBase:
    """A 304 without type and length, which Django gives an empty body: caches take them for those of what they keep."""
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    return response


def _refusal_of_body(request: HttpRequest) -> str | None:
    """The code against the body's length. Django takes one of unknown length for empty, and would answer as if."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return "length_required"
    is_upload = request.content_type == "multipart/form-data" and UPLOADS.fullmatch(request.path_info)
    most = MAX_UPLOAD if is_upload else MAX_BODY
    return "body_too_large" if int(request.META.get("CONTENT_LENGTH") or 0) > most else None


class RequestIdMiddleware:
    """X-Request-Id for the pages, and what is the same for all of their answers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Name the request, answer it, echo the name."""
        request_id = start_request(request.META.get("HTTP_X_REQUEST_ID"))
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        _read_out(request, response)
        return _said_of_nothing(response)
