"""Every address of the shop."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.urls import api as wagtail_api
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import guarded
from cms.api import router as content_router
from nexus_shop.accounts.views import to_login
from nexus_shop.api import docs
from nexus_shop.api.media import media_patterns
from nexus_shop.api.storefront import PREFIX, storefront_patterns

urlpatterns = [
    path("", include("nexus_shop.api.rest.urls")),
    path("", include("nexus_shop.api.webhooks.urls")),
    path("api/schema/", docs.schema, name="schema"),
    path("swagger/", docs.swagger, name="swagger"),
    path("redoc/", docs.redoc, name="redoc"),
    # Content for storefronts
    path("api/cms/v2/", content_router.urls),
    path("api/cms/v3/", guarded(wagtail_api.urls)),
    # The staff's faces, with one login page
    path("staff/", include("nexus_shop.accounts.urls")),
    path("dashboard/", apps.get_app_config("dashboard").urls),  # type: ignore[attr-defined]
    path("cms/login/", to_login),
    path("cms/", include(wagtailadmin_urls)),
    path("admin/login/", to_login),
    path("admin/", admin.site.urls),
    # Files
    path("documents/", include(wagtaildocs_urls)),
    *media_patterns(),
    # Oscar's own shop: names only
    path(PREFIX, include(storefront_patterns())),
    # Pages; Wagtail answers to whatever is left
    path("_util/login/", to_login),
    path("", include(wagtail_urls)),
]
