"""What servers start from."""

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler


def test_asgi() -> None:
    from nexus_shop.asgi import application

    assert isinstance(application, ASGIHandler)


def test_wsgi_gives_its_connections_the_limits_of_a_web_process() -> None:
    options = settings.DATABASES["default"]["OPTIONS"]
    before = options.get("options")
    try:
        from nexus_shop.wsgi import application

        assert isinstance(application, WSGIHandler)
        assert options["options"].endswith(settings.WEB_PROCESS_OPTIONS)
    finally:
        options["options"] = before
