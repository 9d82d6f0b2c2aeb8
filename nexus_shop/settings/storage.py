"""Static files and uploads."""

from typing import Any

from .env import BASE_DIR, text

STATIC_URL = "/static/"
STATIC_ROOT = text("STATIC_ROOT") or None
MEDIA_URL = text("MEDIA_URL")
MEDIA_ROOT = BASE_DIR / text("MEDIA_ROOT")
AWS_STORAGE_BUCKET_NAME = text("AWS_STORAGE_BUCKET_NAME")
_scheme, _, _cdn = MEDIA_URL.partition("//")  # nothing behind it where it is a path

_bucket: dict[str, Any] = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": AWS_STORAGE_BUCKET_NAME,
        "access_key": text("AWS_ACCESS_KEY_ID") or None,
        "secret_key": text("AWS_SECRET_ACCESS_KEY") or None,
        "region_name": text("AWS_S3_REGION_NAME") or None,
        "endpoint_url": text("AWS_S3_ENDPOINT_URL") or None,
        "addressing_style": "path" if text("AWS_S3_ENDPOINT_URL") else "auto",
        "signature_version": "s3v4",
        "file_overwrite": False,
        "querystring_auth": False,
        "url_protocol": _scheme,
        "custom_domain": _cdn.rstrip("/") or None,
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    },
}
_files: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}

STORAGES = {
    "default": _bucket if AWS_STORAGE_BUCKET_NAME else _files,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # the body of a request without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a dashboard form set of many rows
