"""Uploads, where we serve them ourselves: MEDIA_URL is a path and no bucket is set."""

import mimetypes
import posixpath
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from django.views.static import serve

# Shown in the page; everything else is a download. SVG is not among them: it can carry scripts.
SHOWN: Final = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
# Wagtail's documents are served at /documents/, which asks who may read them; what is outside is nobody's.
WITHHELD: Final = ("documents/", "..")


@require_safe
def serve_upload(request: HttpRequest, name: str) -> HttpResponseBase:
    """An uploaded file: pictures to look at, the rest to save; nothing of it runs in our origin."""
    name = posixpath.normpath(name).lstrip("/")
    if name.startswith(WITHHELD):
        raise Http404
    response = serve(request, name, document_root=str(settings.MEDIA_ROOT))
    kind = mimetypes.guess_type(name)[0]
    if kind not in SHOWN:
        response.headers["Content-Disposition"] = "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def media_patterns() -> list[URLPattern]:
    """The route of the uploads; none where another server has them."""
    if settings.AWS_STORAGE_BUCKET_NAME or not settings.MEDIA_URL.startswith("/"):
        return []
    return [path(f"{settings.MEDIA_URL.strip('/')}/<path:name>", serve_upload, name="media")]
