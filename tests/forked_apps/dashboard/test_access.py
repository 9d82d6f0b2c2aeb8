"""Who may open what on the three staff faces."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forked_apps.order.models import Order
from nexus_shop.accounts.models import User
from tests.factories.addresses import addresses
from tests.factories.shop import make_category, make_order, make_product, make_user
from tests.factories.staff import ROLES, browser_of, make_member

pytestmark = pytest.mark.django_db

LOGIN_PAGES = ("/staff/login/", "/dashboard/login/", "/admin/login/", "/cms/login/")
# The same for everybody: icons and translated texts of the admins, and the end of a session.
OPEN = {"/cms/sprite/", "/cms/jsi18n/", "/admin/catalogue/category/jsi18n/", "/admin/logout/", "/dashboard/logout/"}
# Oscar pages through some lists without an order.
UNORDERED = pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")


def refused(answer: Any) -> bool:
    if answer.status_code == 302:
        return str(answer["Location"]).startswith(LOGIN_PAGES)
    return answer.status_code in {403, 404, 405}


@pytest.mark.parametrize("face", ["dashboard/", "cms/", "admin/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_opens_no_page_of_any_face(client: Client, face: str, method: str) -> None:
    paths = [path for path, _ in addresses(face) if path not in OPEN]
    assert len(paths) > 50

    opened = [path for path in paths if not refused(getattr(client, method)(path))]

    assert opened == []


@pytest.mark.parametrize("role", ["customer", "Editor"])
def test_who_is_no_staff_opens_no_page_of_dashboard_or_admin(role: str) -> None:
    browser = browser_of(make_member(role))
    paths = [path for face in ("dashboard/", "admin/") for path, _ in addresses(face)]

    opened = [path for path in paths if path not in OPEN and not refused(browser.get(path))]

    assert opened == []


PAGES: dict[str, set[str]] = {
    "/dashboard/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/orders/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/orders/statistics/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/catalogue/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/catalogue/brands/": {"Staff", "Admin"},
    "/dashboard/catalogue/brands/create/": {"Staff", "Admin"},
    "/dashboard/catalogue/categories/": {"Staff", "Admin"},
    "/dashboard/catalogue/categories/tree/": {"Staff", "Admin"},
    "/dashboard/catalogue/prices/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/catalogue/stock-alerts/": {"Staff", "Admin"},
    "/dashboard/stock/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/stock/movements/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/stock/reservations/": {"Partner staff", "Staff", "Admin"},
    "/dashboard/partners/": {"Staff", "Admin"},
    "/dashboard/offers/": {"Staff", "Admin"},
    "/dashboard/vouchers/": {"Staff", "Admin"},
    "/dashboard/reviews/": {"Staff", "Admin"},
    "/dashboard/reports/": {"Staff", "Admin"},
    "/dashboard/users/": {"Admin"},
    "/cms/": {"Editor", "Admin"},
    "/cms/pages/": {"Editor", "Admin"},
    "/cms/images/": {"Editor", "Admin"},
    "/cms/documents/": {"Editor", "Admin"},
    "/cms/users/": set(),
    "/cms/api-tokens/": set(),
    "/cms/groups/": {"Admin"},
    "/admin/": {"Staff", "Admin"},
    "/admin/order/order/": {"Staff", "Admin"},
    "/admin/accounts/user/": {"Admin"},
    "/admin/auth/group/": {"Admin"},
}


@UNORDERED
@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_other(role: str) -> None:
    browser = browser_of(None if role == "anonymous" else make_member(role))

    opened = {page for page in PAGES if browser.get(page).status_code == 200}

    assert opened == {page for page, roles in PAGES.items() if role in roles}


@UNORDERED
@pytest.mark.filterwarnings("ignore::django.utils.deprecation.RemovedInDjango60Warning")
def test_admin_opens_every_page_without_arguments() -> None:
    make_order(make_product(category_ids=[make_category().pk]))
    browser = browser_of(make_member("Admin"))
    paths = [
        path
        for face in ("dashboard/", "cms/", "admin/")
        for path, has_arguments in addresses(face)
        if not has_arguments
    ]

    answers = {
        path: browser.get(path).status_code for path in paths if "failwhale" not in path and "logout" not in path
    }

    assert {path: status for path, status in answers.items() if status not in {200, 302, 400, 403, 404, 405}} == {}
    assert sum(status == 200 for status in answers.values()) > 150


@pytest.mark.parametrize("codename", ["order.view_order", "catalogue.view_product", "partner.view_partner"])
def test_permission_of_a_model_alone_opens_no_dashboard_page(codename: str) -> None:
    user = make_user()
    app_label, _, name = codename.partition(".")
    user.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=name))
    browser = browser_of(user)

    opened = [path for path, _ in addresses("dashboard/") if path not in OPEN and not refused(browser.get(path))]

    assert opened == []


def test_staff_without_permissions_sees_the_first_page_without_sales() -> None:
    make_order(make_product(price="77.00"))
    browser = browser_of(make_user(is_staff=True))

    page = browser.get("/dashboard/")

    assert page.status_code == 200
    assert "77.00" not in page.content.decode()
    assert browser.get("/dashboard/orders/").status_code == 403


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("Admin", {"/cms/", "/admin/", "/dashboard/users/"}, {"/dashboard/pages/"}),
        ("Staff", {"/admin/", "/dashboard/orders/", "/dashboard/partners/"}, {"/cms/", "/dashboard/users/"}),
        (
            "Partner staff",
            {"/dashboard/orders/", "/dashboard/catalogue/", "/dashboard/stock/"},
            {"/cms/", "/admin/", "/dashboard/partners/"},
        ),
    ],
)
def test_dashboard_links_only_to_what_the_role_may_open(role: str, shown: set[str], hidden: set[str]) -> None:
    page = browser_of(make_member(role)).get("/dashboard/").content.decode()

    links = {address for address in shown | hidden if f'href="{address}"' in page}
    assert links == shown


@pytest.mark.parametrize(("role", "shown"), [("Admin", {"/dashboard/", "/admin/"}), ("Editor", set())])
def test_cms_links_only_to_the_faces_that_the_role_may_enter(role: str, shown: set[str]) -> None:
    page = browser_of(make_member(role)).get("/cms/").content.decode()

    assert {face for face in ("/dashboard/", "/admin/") if f'"{face}"' in page} == shown


@pytest.mark.parametrize(("role", "shown"), [("Admin", {"/dashboard/", "/cms/"}), ("Staff", {"/dashboard/"})])
def test_admin_links_only_to_the_faces_that_the_role_may_enter(role: str, shown: set[str]) -> None:
    page = browser_of(make_member(role)).get("/admin/").content.decode()

    assert {face for face in ("/dashboard/", "/cms/") if f'href="{face}"' in page} == shown


def test_order_cannot_be_deleted_or_changed_in_the_admin() -> None:
    order = make_order(make_product())
    admin = User.objects.create_superuser("root", "root@example.com", "x")
    browser = browser_of(admin)

    assert browser.post(f"/admin/order/order/{order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.post(f"/admin/order/order/{order.pk}/change/", {"status": "shipped"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": str(order.pk), "post": "yes"}
    browser.post("/admin/order/order/", action)

    assert Order.objects.get(pk=order.pk).status == "pending"


def test_no_address_of_the_dashboard_deletes_an_order() -> None:
    assert [path for path, _ in addresses("dashboard/orders/") if "delete" in path] == []
