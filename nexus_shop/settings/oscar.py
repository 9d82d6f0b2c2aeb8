"""Oscar, and the figures of the shop that it does not know."""

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from oscar.defaults import *  # noqa: F403
from oscar.defaults import OSCAR_DASHBOARD_NAVIGATION

from nexus_shop.core.money import digits

from .env import decimal, flag, items, number, text

OSCAR_SHOP_NAME = text("SHOP_NAME")
OSCAR_HOMEPAGE = "/"
OSCAR_FROM_EMAIL = text("DEFAULT_FROM_EMAIL")
OSCAR_DEFAULT_CURRENCY = text("DEFAULT_CURRENCY")
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_MODERATE_REVIEWS = True
OSCAR_EAGER_ALERTS = False  # a mail run in every stock write otherwise
OSCAR_DELETE_IMAGE_FILES = False  # a roll-back cannot bring a file back
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 1000
OSCAR_OFFERS_INCL_TAX = flag("PRICES_INCLUDE_TAX")
OSCAR_REQUIRED_ADDRESS_FIELDS = ("first_name", "last_name", "line1", "line4", "country")
OSCAR_URL_SCHEMA = "https"

# The words of the product brief. What may follow what is one table: forked_apps/order/lifecycle.py.
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "pending"
OSCARAPI_INITIAL_ORDER_STATUS = OSCAR_INITIAL_ORDER_STATUS

# Writes to an index inside each product save otherwise; ours follows the outbox.
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}

OSCARAPI_OVERRIDE_MODULES = ["nexus_shop.api.rest"]
OSCARAPI_BLOCK_ADMIN_API_ACCESS = True
OSCARAPI_ENABLE_REGISTRATION = False

_CATALOGUE = [
    {"label": _("Prices and stock"), "url_name": "dashboard:catalogue-price-table"},
    {"label": _("Brands"), "url_name": "dashboard:catalogue-brand-list"},
    {"label": _("Category tree"), "url_name": "dashboard:catalogue-category-tree"},
]
OSCAR_DASHBOARD_NAVIGATION = [
    *(
        {**entry, "children": [*entry["children"], *_CATALOGUE]} if entry["icon"] == "fas fa-sitemap" else entry
        for entry in OSCAR_DASHBOARD_NAVIGATION
    ),
    {
        "label": _("Stock"),
        "icon": "fas fa-boxes",
        "children": [
            {"label": _("Stock"), "url_name": "dashboard:stock-list"},
            {"label": _("Movements"), "url_name": "dashboard:stock-movements"},
            {"label": _("Reservations"), "url_name": "dashboard:stock-reservations"},
        ],
    },
    {
        "label": _("Shipping and taxes"),
        "icon": "fas fa-truck",
        "children": [
            {"label": _("Shipping methods"), "url_name": "dashboard:shipping-method-list"},
            {"label": _("Tax rates"), "url_name": "dashboard:tax-rate-list"},
        ],
    },
    {
        "label": _("Other tools"),
        "icon": "fas fa-external-link-alt",
        "children": [
            {"label": _("Pages and content (CMS)"), "url_name": "wagtailadmin_home"},
            {"label": _("Database admin"), "url_name": "admin:index"},
        ],
    },
]
OSCAR_DASHBOARD_DEFAULT_ACCESS_FUNCTION = "forked_apps.dashboard.nav.default_access_fn"

# Ours
BASE_URL = text("BASE_URL").rstrip("/")
STOREFRONT_URL = text("STOREFRONT_URL")
ORDER_LINK_LIFETIME = number("ORDER_LINK_LIFETIME")
PRICES_INCLUDE_TAX = flag("PRICES_INCLUDE_TAX")
TAX_RATE = decimal("TAX_RATE")
TAX_BY_ADDRESS = flag("TAX_BY_ADDRESS")
SHOP_COUNTRY = text("SHOP_COUNTRY").upper()
NEW_PRODUCT_DAYS = number("NEW_PRODUCT_DAYS")
SHIPPING_FLAT_PRICE = decimal("SHIPPING_FLAT_PRICE")
PAYMENT_METHODS = items("PAYMENT_METHODS")
TIME_TO_PAY_MANUAL = number("TIME_TO_PAY_MANUAL")
TIME_TO_PAY_GATEWAY = number("TIME_TO_PAY_GATEWAY")
UNPAID_ORDERS_PER_CLIENT = number("UNPAID_ORDERS_PER_CLIENT")
DEFAULT_PARTNER = text("DEFAULT_PARTNER")
DEFAULT_PRODUCT_CLASS = text("DEFAULT_PRODUCT_CLASS")
STRIPE_PUBLIC_KEY = text("STRIPE_PUBLIC_KEY")
STRIPE_SECRET_KEY = text("STRIPE_SECRET_KEY")

try:
    _digits = digits(OSCAR_DEFAULT_CURRENCY)
except ValueError as problem:
    raise ImproperlyConfigured(f"DEFAULT_CURRENCY: {problem}.") from None
if _digits > 2:
    raise ImproperlyConfigured(f"DEFAULT_CURRENCY={OSCAR_DEFAULT_CURRENCY}: Oscar stores two decimals.")
if TAX_RATE > 1:
    raise ImproperlyConfigured(f"TAX_RATE={TAX_RATE}: 20 % is written 0.20.")
