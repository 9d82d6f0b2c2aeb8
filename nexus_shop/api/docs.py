"""The API's documentation: the committed OpenAPI file, Swagger UI and Redoc with assets of our own."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from .rest.base import is_known

SCHEMA_FILE: Final = Path(__file__).with_name("openapi.yml")


@cache
def _schema() -> tuple[bytes, str]:
    content = SCHEMA_FILE.read_bytes()
    return content, hashlib.blake2b(content, digest_size=16).hexdigest()


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI file."""
    content, digest = _schema()
    etag = quote_etag(digest)
    response = HttpResponse(content, content_type="application/yaml")
    if is_known(etag, request):
        response = HttpResponse(status=304)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """Swagger UI."""
    return render(request, "api/swagger.html")


@require_safe
@csp_replace({"worker-src": ["'self'", "blob:"]})
def redoc(request: HttpRequest) -> HttpResponse:
    """Redoc, which searches in a worker of its own."""
    return render(request, "api/redoc.html")
