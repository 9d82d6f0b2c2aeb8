"""Installed apps, middleware, templates."""

from .env import BASE_DIR, text

ROOT_URLCONF = "nexus_shop.urls"
WSGI_APPLICATION = "nexus_shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = text("TIME_ZONE")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "pgtrigger",
    "modeltrans",
    "nexus_shop.core",
    "nexus_shop.accounts",
    "nexus_shop.markets",
    # Oscar: a fork where a model or a policy differs
    "oscar.config.Shop",
    "forked_apps.address.apps.AddressConfig",
    "forked_apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "forked_apps.partner.apps.PartnerConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "forked_apps.offer.apps.OfferConfig",
    "forked_apps.shipping.apps.ShippingConfig",
    "forked_apps.voucher.apps.VoucherConfig",
    "forked_apps.basket.apps.BasketConfig",
    "forked_apps.order.apps.OrderConfig",
    "forked_apps.payment.apps.PaymentConfig",
    "forked_apps.checkout.apps.CheckoutConfig",
    "forked_apps.communication.apps.CommunicationConfig",
    "forked_apps.search.apps.SearchConfig",
    "forked_apps.analytics.apps.AnalyticsConfig",
    "forked_apps.dashboard.apps.DashboardConfig",
    "forked_apps.dashboard.reports.apps.ReportsDashboardConfig",
    "forked_apps.dashboard.users.apps.UsersDashboardConfig",
    "forked_apps.dashboard.orders.apps.OrdersDashboardConfig",
    "forked_apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "forked_apps.dashboard.stock.apps.StockDashboardConfig",
    "forked_apps.dashboard.offers.apps.OffersDashboardConfig",
    "forked_apps.dashboard.partners.apps.PartnersDashboardConfig",
    "forked_apps.dashboard.pages.apps.PagesDashboardConfig",
    "forked_apps.dashboard.ranges.apps.RangesDashboardConfig",
    "forked_apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "forked_apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "forked_apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "forked_apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    # What stands on the shop
    "nexus_shop.imports",
    "cms",
    "nexus_shop.api",
    "nexus_shop.demo",
    # Wagtail
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.api.v2",
    "wagtail.api.v3",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # API
    "corsheaders",
    "rest_framework",
    "oscarapi",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "dj_rest_auth",
    "dj_rest_auth.registration",
]

# The first splits: /api/ and /health/ take a short chain of their own (nexus_shop.api.chain), the pages the rest.
MIDDLEWARE = [
    "nexus_shop.api.chain.ApiChain",
    "nexus_shop.api.chain.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",  # Wagtail's API; that of the shop has its own in the short chain
    "nexus_shop.api.headers.PageHeaders",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "nexus_shop.api.chain.ChainEnd",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "oscar.core.context_processors.metadata",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]
