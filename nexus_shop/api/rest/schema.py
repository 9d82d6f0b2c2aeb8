"""How the API describes itself: OpenAPI 3.1 by drf-spectacular, only our own routes, errors included."""

from collections.abc import Iterable
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from .errors import STATUS, TITLES

SECURITY: Final = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
CART_TOKEN: Final = {"type": "apiKey", "in": "header", "name": "X-Cart-Token"}


class ProblemEntry(serializers.Serializer[Any]):
    """One thing that was wrong."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457, with our stable `code`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.ChoiceField(sorted(STATUS))
    request_id = serializers.CharField()
    errors = ProblemEntry(many=True, required=False)


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """Responses of the statuses, as problems."""
    return {
        (status, "application/problem+json"): OpenApiResponse(Problem, description=str(TITLES[status]))
        for status in sorted({*statuses, 406, 500, 503})
    }


class AutoSchema(SpectacularSchema):
    """Every operation is tagged by the first word of its path."""

    def get_tags(self) -> list[str]:
        """`products`, `cart`, `orders` …"""
        return [self.path.removeprefix("/api/v1/").split("/")[0].strip("/") or "api"]


def only_ours(endpoints: Iterable[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Our own routes: Wagtail describes its API itself."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(("/api/v1/", "/health/"))]


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what the generator does not know: security schemes, common headers, the list of error codes."""
    return result
