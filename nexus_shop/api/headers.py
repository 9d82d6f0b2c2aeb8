"""What all pages share: security headers by face, and what to say while the database is busy.

What each face needs beyond the strict policy stands in the settings.
"""

from dataclasses import replace
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from .rest.errors import is_passing


def may_be_framed(response: HttpResponseBase) -> bool:
    """Whether the view lets our own pages frame it, as Wagtail's previews do."""
    return response.headers.get("X-Frame-Options") == "SAMEORIGIN"


def has_nul(request: HttpRequest) -> bool:
    """Whether a parameter or a field of the form has a character that no text of PostgreSQL has."""
    return any("\0" in text for data in (request.GET, request.POST) for _, texts in data.lists() for text in texts)


class PageHeaders(CSPMiddleware):
    """django-csp with a policy for each face; no copy of the dashboard's pages is kept anywhere."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the policy, and `no-store` where Oscar 4.2.1 says nothing of caching."""
        if may_be_framed(response) and HEADER in response:
            # Wagtail renders a preview by a request of its own, which has passed here under the page's address
            response.headers[HEADER] = response.headers[HEADER].replace(
                "frame-ancestors 'none'", "frame-ancestors 'self'"
            )
        response = super().process_response(request, response)
        if request.path_info.startswith("/dashboard/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 where the same request may succeed a moment later, as the API has it. Asks the database nothing.

        400 where the request has a NUL and the database was handed it: no page has one, and Oscar 4.2.1 does not look.
        """
        if isinstance(exception, OperationalError) and is_passing(exception):
            return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "1"})
        if isinstance(exception, DataError) and has_nul(request):
            return HttpResponse(render_to_string("400.html"), status=400)
        return None

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The strict policy, widened for the face; a page that its view lets us frame says so here too."""
        parts = super().get_policy_parts(request, response, report_only)
        if parts.config is not None or report_only:
            return parts
        directives: dict[str, Any] = dict(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        for prefix, wider in settings.CONTENT_SECURITY_POLICY_OF_FACES.items():
            if request.path_info.startswith(prefix):
                directives |= wider
        if may_be_framed(response):
            directives["frame-ancestors"] = ["'self'"]
        return replace(parts, config=directives)
