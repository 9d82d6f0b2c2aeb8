"""The web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus_shop.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

options = settings.DATABASES["default"]["OPTIONS"]
options["options"] = f"{options.get('options', '')} {settings.WEB_PROCESS_OPTIONS}".strip()

application = get_wsgi_application()
