"""What the CMS adds to Wagtail's admin."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from nexus_shop.accounts.faces import ADMIN, DASHBOARD, Face

from .api import open_admin_api
from .choosers import ProductChooserViewSet, product_chooser_viewset


class FaceMenuItem(MenuItem):
    """A way to another staff face, for those who may enter it."""

    def __init__(self, face: Face, *, icon_name: str, order: int) -> None:
        super().__init__(face.name, face.url, name=face.url_name.replace(":", "-"), icon_name=icon_name, order=order)
        self.face = face

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the user may enter."""
        return self.face.admits(request.user)


def dashboard_link() -> MenuItem:
    """The way to the dashboard."""
    return FaceMenuItem(DASHBOARD, icon_name="tag", order=10_100)


def admin_link() -> MenuItem:
    """The way to Django's admin."""
    return FaceMenuItem(ADMIN, icon_name="table", order=10_200)


def product_chooser() -> ProductChooserViewSet:
    """Choosing products in pages."""
    return product_chooser_viewset


hooks.register("register_admin_menu_item", dashboard_link)
hooks.register("register_admin_menu_item", admin_link)
hooks.register("register_admin_viewset", product_chooser)
hooks.register("construct_admin_api", open_admin_api, order=100)  # after Wagtail's own apps
