"""A browser of the standard library: keeps cookies, follows redirects, asks no proxy."""

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Page:
    """What came at the end of the redirects."""

    status: int
    url: str
    text: str

    @property
    def json(self) -> Any:
        """The answer of the API."""
        return json.loads(self.text)


class Browser:
    """Pages of one shop."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def get(self, path: str) -> Page:
        """Look at a page."""
        return self._open(urllib.request.Request(self.address + path))

    def log_in(self, email: str, password: str) -> Page:
        """Fill in the login form of the staff."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/staff/login/").text)
        assert found is not None
        body = urlencode({"csrfmiddlewaretoken": found[1], "login": email, "password": password}).encode()
        return self._open(urllib.request.Request(f"{self.address}/staff/login/", body))

    def send(self, path: str, body: Any, **headers: str) -> Page:
        """POST to the API; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"Content-Type": "application/json"}
        return self._open(urllib.request.Request(self.address + path, json.dumps(body).encode(), sent))

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Page(answer.status, answer.url.removeprefix(self.address), answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Page(refusal.code, refusal.url.removeprefix(self.address), refusal.read().decode())
