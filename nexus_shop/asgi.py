"""The ASGI entry, for sockets and server-sent events; pages and API are served by WSGI (ADR 0003)."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus_shop.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
