"""Secrets, hosts, cookies, headers, logins."""

from typing import Any

from csp.constants import NONCE
from django.core.exceptions import ImproperlyConfigured

from .env import flag, items, networks, number, text

SECRET_KEY = text("SECRET_KEY")
DEBUG = flag("DEBUG")
ALLOWED_HOSTS = items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = items("CSRF_TRUSTED_ORIGINS")

_LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
if DEBUG and not set(ALLOWED_HOSTS) <= _LOOPBACK:
    raise ImproperlyConfigured("DEBUG shows code and secrets: it is refused where ALLOWED_HOSTS has other hosts.")
if len(SECRET_KEY) < 32 or len(text("JWT_SECRET_KEY")) < 32:
    raise ImproperlyConfigured("SECRET_KEY and JWT_SECRET_KEY need at least 32 characters.")
if text("JWT_SECRET_KEY") == SECRET_KEY:
    raise ImproperlyConfigured("JWT_SECRET_KEY is a key of its own, not SECRET_KEY again.")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["nexus_shop.accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # accounts of a taken-over shop
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 9}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/staff/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/staff/login/"

ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "nexus_shop.accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # counted by nexus_shop.core.limits, across processes
SOCIALACCOUNT_ONLY = False

_https = flag("SESSION_COOKIE_SECURE")
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if flag("CSRF_COOKIE_SECURE") else "csrf"
CSRF_COOKIE_SECURE = flag("CSRF_COOKIE_SECURE")
CSRF_COOKIE_SAMESITE = "Lax"

SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT")
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if networks("TRUSTED_PROXIES") else None
SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS")
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = flag("SECURE_HSTS_PRELOAD")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def _places_of_pictures() -> list[str]:
    """Where uploads are shown from, if not from here: MEDIA_URL, or the bucket's own addresses."""
    bucket, endpoint, region = (
        text(name) for name in ("AWS_STORAGE_BUCKET_NAME", "AWS_S3_ENDPOINT_URL", "AWS_S3_REGION_NAME")
    )
    places = [text("MEDIA_URL")] if text("MEDIA_URL").startswith("http") else []
    if bucket and endpoint:
        places.append(endpoint)
    elif bucket:
        places += [
            f"https://{bucket}.s3.amazonaws.com",
            *([f"https://{bucket}.s3.{region}.amazonaws.com"] if region else []),
        ]
    return places


# Pages. Nothing inline, no foreign host; what a face needs beyond that stands below it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_places_of_pictures()],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
_INLINE_STYLE = {"style-src": ["'self'", "'unsafe-inline'"], "font-src": ["'self'", "data:"]}
CONTENT_SECURITY_POLICY_OF_FACES: dict[str, dict[str, list[Any]]] = {
    "/admin/": {},
    # Oscar's one inline script has our nonce; the hashes are those of the two `onclick`s of its cancel links.
    "/dashboard/": {
        **_INLINE_STYLE,
        "script-src": [
            "'self'",
            NONCE,
            "'unsafe-hashes'",
            "'sha256-NqaPugiVKFsqU2P8L2sjJSLsiSKaQB+C9S5V0ZiRxfc='",
            "'sha256-KfMr/znHoNXbaysXJVVD9BDDdgwELnZLrjgLxMfySJE='",
        ],
        "img-src": [*CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"], "blob:"],
    },
    # Wagtail 8 still starts its date fields and inline panels by inline scripts.
    "/cms/": {
        **_INLINE_STYLE,
        "script-src": ["'self'", "'unsafe-inline'"],
        "img-src": [*CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"], "blob:"],
    },
    "/swagger/": _INLINE_STYLE,
    "/redoc/": _INLINE_STYLE,
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}

EMAIL_BACKEND = text("EMAIL_BACKEND")
EMAIL_HOST = text("EMAIL_HOST")
EMAIL_PORT = number("EMAIL_PORT")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_HOST_USER = text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL")
