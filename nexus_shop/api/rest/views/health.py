"""Health, for load balancers and people."""

import secrets
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.views import APIView

from nexus_shop.api.rest.schema import problems


class HealthShape(serializers.Serializer[Any]):
    """Up."""

    status = serializers.ChoiceField(["ok", "down"])


class HealthView(APIView):
    """`/health/`: the process answers."""

    authentication_classes: Any = []
    http_method_names = ["get", "head"]
    metadata_class = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse other methods as such, before the table of authorisation, which does not know them."""
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="health",
        summary="The process answers",
        responses={200: HealthShape, 503: HealthShape, **problems()},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """200 where it is up, else 503."""
        is_up = self.is_up()
        body = b'{"status":"ok"}' if is_up else b'{"status":"down"}'
        return HttpResponse(body, status=200 if is_up else 503, content_type="application/json")

    def is_up(self) -> bool:
        """Always, here."""
        return True


class DatabaseHealthView(HealthView):
    """`/health/db/`: the database answers."""

    @extend_schema(
        operation_id="healthDatabase",
        summary="The database answers",
        responses={200: HealthShape, 503: HealthShape, **problems()},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """200 where it is up, else 503."""
        return super().get(request, *args, **kwargs)

    def is_up(self) -> bool:
        """One statement."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            connection.close()
            return False
        return True


class CacheHealthView(HealthView):
    """`/health/cache/`: the cache keeps what it is given."""

    @extend_schema(
        operation_id="healthCache",
        summary="The cache answers",
        responses={200: HealthShape, 503: HealthShape, **problems()},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """200 where it is up, else 503."""
        return super().get(request, *args, **kwargs)

    def is_up(self) -> bool:
        """Write and read back."""
        token = secrets.token_hex(8)
        try:
            cache.set("health", token, 10)
            return bool(cache.get("health") is not None)
        except Exception:  # noqa: BLE001 - whatever a cache's client raises: it is down
            return False
