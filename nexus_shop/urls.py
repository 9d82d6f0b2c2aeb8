"""Every address of the shop."""

from django.urls import include, path

from nexus_shop.api import docs

urlpatterns = [
    path("", include("nexus_shop.api.rest.urls")),
    path("api/schema/", docs.schema, name="schema"),
    path("swagger/", docs.swagger, name="swagger"),
    path("redoc/", docs.redoc, name="redoc"),
]
