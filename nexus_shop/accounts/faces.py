"""The three faces of the staff side, and who may enter each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Face:
    """One staff face: its name for people, the URL name of its first page, who may enter."""

    name: "StrOrPromise"
    url_name: str
    admits: Callable[[Any], bool]

    @property
    def url(self) -> str:
        """The address of its first page."""
        return reverse(self.url_name)


def may_enter_dashboard(user: Any) -> bool:
    """Staff, and those who work for a partner."""
    return bool(user.is_active and (user.is_staff or user.has_perm("partner.dashboard_access")))


def may_enter_cms(user: Any) -> bool:
    """Whoever has Wagtail's permission."""
    return bool(user.has_perm("wagtailadmin.access_admin"))


def may_enter_admin(user: Any) -> bool:
    """Staff, as Django has it."""
    return bool(user.is_active and user.is_staff)


DASHBOARD: Final = Face(_("Dashboard"), "dashboard:index", may_enter_dashboard)
CMS: Final = Face(_("Pages and content"), "wagtailadmin_home", may_enter_cms)
ADMIN: Final = Face(_("Database admin"), "admin:index", may_enter_admin)
FACES: Final = (DASHBOARD, CMS, ADMIN)


def faces_of(user: Any) -> list[Face]:
    """The faces that the user may enter; the first of them is where a login leads."""
    return [face for face in FACES if face.admits(user)]
