"""REST, tokens, limits, documentation."""

from datetime import timedelta

from .env import decimal, flag, items, networks, number, rate, text

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["nexus_shop.api.rest.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["nexus_shop.api.rest.authorisation.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["nexus_shop.api.rest.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["nexus_shop.api.rest.rendering.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "nexus_shop.api.rest.schema.AutoSchema",
    "EXCEPTION_HANDLER": "nexus_shop.api.rest.errors.handle",
    "DEFAULT_THROTTLE_CLASSES": [],
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Nexus Shop API",
    "DESCRIPTION": "One REST API over catalogue, cart, checkout and orders. Errors are RFC 9457 problem+json.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # a PATCH of ours takes the body as it is declared
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {},
    "POSTPROCESSING_HOOKS": ["nexus_shop.api.rest.schema.finish"],
    "PREPROCESSING_HOOKS": ["nexus_shop.api.rest.schema.only_ours"],
}

JWT_SECRET_KEY = text("JWT_SECRET_KEY")
JWT_REFRESH_COOKIE = flag("JWT_REFRESH_COOKIE")
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET_KEY,
    "ISSUER": "nexus-shop",
    "AUDIENCE": "nexus-shop-api",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=number("JWT_ACCESS_TOKEN_LIFETIME")),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=number("JWT_REFRESH_TOKEN_LIFETIME")),
    "UPDATE_LAST_LOGIN": False,
    "LEEWAY": 0,
}
REST_AUTH = {
    "USE_JWT": True,
    "SESSION_LOGIN": False,
    "TOKEN_MODEL": None,
    "LOGIN_SERIALIZER": "nexus_shop.api.rest.serializers.login.LoginSerializer",
    "REGISTER_SERIALIZER": "nexus_shop.api.rest.serializers.login.RegisterSerializer",
    "REGISTER_PERMISSION_CLASSES": ("nexus_shop.api.rest.authorisation.Declared",),
    "JWT_AUTH_HTTPONLY": JWT_REFRESH_COOKIE,
    "JWT_AUTH_REFRESH_COOKIE": "__Secure-refresh" if flag("SESSION_COOKIE_SECURE") else "refresh",
    "JWT_AUTH_REFRESH_COOKIE_PATH": "/api/v1/auth/",
    "JWT_AUTH_SECURE": flag("SESSION_COOKIE_SECURE"),
    "JWT_AUTH_SAMESITE": "Lax",
}

# Oscar's paths of the storefront's pages, below STOREFRONT_URL; that of products is written into the documents, too
PRODUCT_PAGE_URL = "/catalogue/{slug}_{id}/"
CATEGORY_PAGE_URL = "/catalogue/category/{path}_{id}/"
PRODUCT_URL = "/api/v1/products/{id}/"  # written into the documents: a change wants `manage.py documents rebuild`
IDEMPOTENCY_KEY_REQUIRED = flag("IDEMPOTENCY_KEY_REQUIRED")
IF_MATCH_REQUIRED = flag("IF_MATCH_REQUIRED")
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
WEB_CONCURRENCY = number("WEB_CONCURRENCY")
RATE_LIMIT_SCALE = decimal("RATE_LIMIT_SCALE")
# Name of a limit -> "count/period"; `nexus_shop.core.limits` counts, `nexus_shop.api.rest.limits` says which apply.
RATE_LIMITS = {
    "anonymous": rate("RATE_LIMIT_ANONYMOUS"),
    "user": rate("RATE_LIMIT_USER"),
    "guest_writes": rate("RATE_LIMIT_GUEST_WRITES"),
    "read": rate("RATE_LIMIT_READ"),
    "login": rate("RATE_LIMIT_LOGIN"),
    "login_account": rate("RATE_LIMIT_LOGIN_ACCOUNT"),
    "login_address": rate("RATE_LIMIT_LOGIN_ADDRESS"),
    "register": rate("RATE_LIMIT_REGISTER"),
    "new_cart": rate("RATE_LIMIT_NEW_CART"),
    "voucher": rate("RATE_LIMIT_VOUCHER"),
    "checkout": rate("RATE_LIMIT_CHECKOUT"),
    "lookup": rate("RATE_LIMIT_LOOKUP"),
    "lookup_order": rate("RATE_LIMIT_LOOKUP_ORDER"),
}

CORS_ALLOWED_ORIGINS = items("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_CREDENTIALS = JWT_REFRESH_COOKIE
CORS_URLS_REGEX = r"^/(api|health)/"
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",
    "x-cart-token",
    "x-request-id",
    "x-store-key",
]
CORS_EXPOSE_HEADERS = [
    "X-Cart-Token",
    "ETag",
    "Location",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
    "Idempotent-Replayed",
]
CORS_PREFLIGHT_MAX_AGE = 86400

OUTGOING_HTTP_ALLOWED_NETWORKS = networks("OUTGOING_HTTP_ALLOWED_NETWORKS")
