"""Every address of the shop."""

from django.urls import include, path

urlpatterns = [path("", include("nexus_shop.api.rest.urls"))]
