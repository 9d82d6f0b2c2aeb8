"""deploy/nginx, run for real: TLS, cache, limits of size, uploads, what a client may claim about itself."""

import gzip
import http.client
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from nexus_shop.api.rest.errors import STATUS, TITLES
from tests.deploy import stand

LIST = "/api/v1/products/"
CART = "/api/v1/cart/items/"


def test_configuration_is_accepted(tmp_path: Path) -> None:
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    site = stand.write_configuration(tmp_path, upstream_port=stand.free_port())
    checked = subprocess.run(stand.command(site, "-t"), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    newer = 'the "listen ... http2" directive is deprecated'
    assert [line for line in checked.stderr.splitlines() if "[warn]" in line and newer not in line] == []


def test_http_is_sent_to_https(shop: stand.Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shop.http_port, timeout=10)
    connection.request("GET", f"{LIST}?page=2", headers={"Host": "shop.example"})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://shop.example{LIST}?page=2")


def test_proxy_health_answers_without_the_shop(shop: stand.Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shop.http_port, timeout=10)
    connection.request("GET", "/proxy-health")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"up\n")
    connection.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("version", "is_taken"),
    [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)],
)
def test_tls_older_than_1_2_is_refused(shop: stand.Site, version: ssl.TLSVersion, is_taken: bool) -> None:
    context = ssl.create_default_context(cafile=str(shop.certificate))
    context.set_ciphers("ALL:@SECLEVEL=0")  # the client would refuse by itself
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", shop.https_port), timeout=10) as plain:
        if is_taken:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                assert secure.version() == version.name.replace("v1_", "v1.")
        else:
            with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
                context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_list_is_cached_as_the_shop_allows(shop: stand.Site) -> None:
    path = f"{LIST}?page_size=11"
    first, second = shop.get(path), shop.get(path)
    assert (first.status, first.headers["X-Cache"]) == (200, "MISS")
    assert (second.status, second.headers["X-Cache"]) == (200, "HIT")
    assert [card["title"] for card in json.loads(first.data)["results"]] == ["Desk lamp", "Reading lamp"]
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"


def test_cached_answer_keeps_the_first_clients_facts_to_itself(shop: stand.Site) -> None:
    path = f"{LIST}?page_size=12"
    first, second = shop.get(path, X_Request_Id="first"), shop.get(path, X_Request_Id="second")
    assert (first.headers["X-Request-Id"], second.headers["X-Request-Id"]) == ("first", "second")
    assert first.headers["RateLimit-Policy"] == '"read";q=600;w=60'
    assert first.headers["RateLimit"].startswith('"read";r=')
    assert second.headers["X-Cache"] == "HIT"
    assert "RateLimit" not in second.headers
    assert "RateLimit-Policy" not in second.headers


def test_request_id_is_made_where_the_client_sends_none_or_a_strange_one(shop: stand.Site) -> None:
    for headers in ({}, {"X-Request-Id": "a b"}, {"X-Request-Id": "x" * 65}):
        given = shop.request("GET", "/api/v1/cart/", headers=headers).headers.get_all("X-Request-Id")
        assert given is not None
        assert len(given) == 1
        assert len(given[0]) == 32


@pytest.mark.parametrize("name", ["Authorization", "X-Cart-Token"])
def test_cache_is_not_asked_and_not_filled_by_who_says_who_he_is(shop: stand.Site, name: str) -> None:
    path = f"{LIST}?page_size={13 if name == 'Authorization' else 14}"
    headers = {name: "Bearer nonsense"}
    assert shop.request("GET", path, headers=headers).headers["X-Cache"] == "BYPASS"
    assert shop.get(path).headers["X-Cache"] == "MISS"
    assert shop.request("GET", path, headers=headers).headers["X-Cache"] == "BYPASS"
    assert shop.get(path).headers["X-Cache"] == "HIT"


def test_cache_obeys_vary(shop: stand.Site) -> None:
    path = f"{LIST}?page_size=15"
    assert shop.get(path, Accept_Language="en").headers["X-Cache"] == "MISS"
    assert shop.get(path, Accept_Language="de").headers["X-Cache"] == "MISS"
    assert shop.get(path, Accept_Language="en").headers["X-Cache"] == "HIT"


def test_known_etag_is_304_from_the_shop_and_from_the_cache(shop: stand.Site) -> None:
    path = f"{LIST}?page_size=16"
    etag = shop.get(path, X_Cart_Token="x").headers["ETag"]  # past the cache
    for cache in ("MISS", "HIT"):
        answer = shop.get(path, If_None_Match=etag)
        assert (answer.status, answer.headers["X-Cache"], answer.data) == (304, cache, b"")
        assert answer.headers["ETag"] == etag


def test_compressed_list_is_304_by_its_weak_etag(shop: stand.Site) -> None:
    path = f"{LIST}?page_size=17"
    whole = shop.get(path)
    small = shop.get(path, Accept_Encoding="gzip")
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == whole.data
    assert small.headers["ETag"] == f"W/{whole.headers['ETag']}"
    assert shop.get(path, Accept_Encoding="gzip", If_None_Match=small.headers["ETag"]).status == 304


def test_unknown_product_is_not_cached(shop: stand.Site) -> None:
    for _ in range(2):
        answer = shop.get("/api/v1/products/no-such-thing/")
        assert (answer.status, answer.headers["X-Cache"]) == (404, "MISS")
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_cart_is_written_and_read_and_never_cached(shop: stand.Site) -> None:
    product = json.loads(shop.get(LIST).data)["results"][-1]
    body = json.dumps({"product_id": product["id"], "quantity": 2}).encode()
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    made = shop.request("POST", CART, body=body, headers=headers)
    assert made.status == 201
    assert made.headers["Cache-Control"] == "private, no-store"
    assert "Content-Encoding" not in made.headers
    assert "X-Cache" not in made.headers
    token, etag, cart = made.headers["X-Cart-Token"], made.headers["ETag"], json.loads(made.data)
    assert etag == f'"{cart["version"]}"'
    again = shop.request("POST", CART, body=body, headers={**headers, "X-Cart-Token": token, "If-Match": etag})
    assert again.status == 200
    stale = shop.request("POST", CART, body=body, headers={**headers, "X-Cart-Token": token, "If-Match": etag})
    assert stale.status == 412
    read = shop.get("/api/v1/cart/", X_Cart_Token=token)
    assert json.loads(read.data)["items"][0]["quantity"] == 4
    assert json.loads(shop.get("/api/v1/cart/").data)["id"] is None


def test_shop_sees_https_and_sends_its_own_headers(shop: stand.Site) -> None:
    answer = shop.get(LIST, X_Forwarded_Proto="http")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=3600; includeSubDomains; preload"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers.get("Server") == "nginx"


def test_client_cannot_choose_its_address(shop: stand.Site) -> None:
    left = []
    for claimed in ("203.0.113.7", "203.0.113.8, 127.0.0.1"):
        answer = shop.get("/api/v1/payments/methods/", X_Forwarded_For=claimed, Forwarded=f"for={claimed}")
        left.append(int(answer.headers["RateLimit"].split("r=")[1].split(";")[0]))
    assert left[1] == left[0] - 1


def test_unknown_host_is_refused(shop: stand.Site) -> None:
    assert shop.get("/api/v1/cart/", Host="evil.example").status == 400


@pytest.mark.parametrize("encoding", ["length", "chunked"])
def test_oversized_body_of_the_api_is_a_problem(shop: stand.Site, encoding: str) -> None:
    body = b"1" * (1_048_576 + 1)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", shop.https_port, context=ssl.create_default_context(cafile=str(shop.certificate)), timeout=20
    )
    connection.request("POST", CART, body=iter([body]) if encoding == "chunked" else body)
    answer = connection.getresponse()
    problem = json.loads(answer.read())
    connection.close()
    assert (answer.status, answer.getheader("Content-Type")) == (413, "application/problem+json")
    assert answer.getheader("Cache-Control") == "private, no-store"
    assert problem["code"] == "body_too_large"
    assert problem["status"] == STATUS["body_too_large"] == 413
    assert problem["title"] == str(TITLES[413])
    assert problem["request_id"] == answer.getheader("X-Request-Id")


def test_body_of_a_megabyte_reaches_the_shop(shop: stand.Site) -> None:
    body = b"1" * 1_048_576
    answer = shop.request("POST", CART, body=body, headers={"Content-Type": "application/json"})
    assert (answer.status, json.loads(answer.data)["code"]) == (400, "malformed_json")


def test_file_may_have_20_megabytes(shop: stand.Site) -> None:
    form = b"--x\r\n" + b"1" * (20 * 1024 * 1024)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for path in ("products/1/images/", "files/"):
        answer = shop.request("POST", f"/api/v1/admin/{path}", body=form, headers=headers)
        assert (answer.status, json.loads(answer.data)["code"]) == (401, "not_authenticated")
        answer = shop.request("POST", f"/api/v1/admin/{path}1/", body=form, headers=headers)
        assert (answer.status, json.loads(answer.data)["code"]) == (413, "body_too_large")


def test_pages_take_uploads_of_20_megabytes(shop: stand.Site) -> None:
    megabyte = 1024 * 1024
    headers = {"Content-Type": "application/octet-stream"}
    assert shop.request("POST", "/no-such-page/", body=b"1" * (2 * megabyte), headers=headers).status in {403, 404}
    assert shop.request("POST", "/no-such-page/", body=b"1" * (20 * megabyte + 1), headers=headers).status == 413


@pytest.mark.parametrize(
    ("name", "caching"),
    [
        ("shop.css", "public, max-age=3600"),
        ("shop.0123456789ab.css", "public, max-age=31536000, immutable"),
    ],
)
def test_static_file_is_kept_as_long_as_its_name_allows(shop: stand.Site, name: str, caching: str) -> None:
    answer = shop.get(f"/static/{name}")
    assert (answer.status, len(answer.data)) == (200, 1900)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == caching
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_static_file_outside_the_volume_is_the_web_process_own(shop: stand.Site) -> None:
    answer = shop.get("/static/admin/css/base.css")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert shop.get("/static/no-such-file.css").status == 404


@pytest.mark.parametrize(
    "path", ["/static/../tls/privkey.pem", "/media/..%2f..%2ftls/privkey.pem", "/static/", "/media/"]
)
def test_other_files_and_folders_are_not_shown(shop: stand.Site, path: str) -> None:
    answer = shop.get(path)
    assert answer.status in {400, 403, 404}
    assert b"PRIVATE KEY" not in answer.data


def test_picture_is_shown_and_runs_nothing(shop: stand.Site) -> None:
    answer = shop.get("/media/images/lamp.PNG")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize("path", ["/media/images/lamp.svg", "/media/attachments/lamp.html"])
def test_other_upload_is_handed_over_as_a_file(shop: stand.Site, path: str) -> None:
    answer = shop.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("path", ["/media/documents/secret.pdf", "/media/documents/../documents/secret.pdf"])
def test_documents_are_not_served_past_their_view(shop: stand.Site, path: str) -> None:
    assert shop.get(path).status == 404


def test_log_has_paths_without_tokens_and_no_health(shop: stand.Site) -> None:
    assert shop.get("/health/").status == 200
    assert shop.get("/api/v1/orders/abc/?token=a-secret", X_Request_Id="logged").status >= 400
    lines = [json.loads(line) for line in shop.log().splitlines()]
    assert [line["path"] for line in lines if line["request_id"] == "logged"] == ["/api/v1/orders/abc/"]
    assert "a-secret" not in shop.log()
    assert not [line for line in lines if line["path"].startswith("/health")]


class Upstream(BaseHTTPRequestHandler):
    """An origin whose answers are cacheable for a second."""

    def do_GET(self) -> None:
        """One public answer."""
        is_known = self.headers.get("If-None-Match") == '"one"'
        self.send_response(304 if is_known else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Cache-Control", "public, max-age=0, s-maxage=1")
        self.send_header("Content-Length", "0" if is_known else "2")
        self.end_headers()
        if not is_known:
            self.wfile.write(b"[]")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def leaving_upstream(tmp_path: Path) -> Iterator[tuple[stand.Site, HTTPServer]]:
    """A proxy and an upstream that the test may shut down."""
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    server = HTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with stand.serving(stand.write_configuration(tmp_path, upstream_port=server.server_port)) as site:
            yield site, server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_catalogue_stays_readable_while_the_shop_is_away(leaving_upstream: tuple[stand.Site, HTTPServer]) -> None:
    site, server = leaving_upstream
    assert site.get("/api/v1/categories/").headers["X-Cache"] == "MISS"
    time.sleep(2.1)
    fresh = site.get("/api/v1/categories/")
    assert (fresh.status, fresh.headers["X-Cache"], fresh.data) == (200, "REVALIDATED", b"[]")
    server.shutdown()
    server.server_close()
    time.sleep(2.1)
    kept = site.get("/api/v1/categories/")
    assert (kept.status, kept.headers["X-Cache"], kept.data) == (200, "STALE", b"[]")


class Negotiating(Upstream):
    """An upstream that answers with the language that it was asked for."""

    def do_GET(self) -> None:
        """One public answer."""
        body = self.headers.get("Accept-Language", "none").encode()
        self.send_response(200)
        self.send_header("Cache-Control", "public, max-age=0, s-maxage=30")
        self.send_header("Vary", "Accept-Language, X-Store-Key")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_cache_keeps_one_copy_for_each_language_that_is_named(tmp_path: Path) -> None:
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    server = HTTPServer(("127.0.0.1", 0), Negotiating)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    named = {"default $http_accept_language;": 'default en; "~*^de" de;'}
    try:
        site = stand.write_configuration(tmp_path, upstream_port=server.server_port, languages=named)
        with stand.serving(site):
            headers = ["de-AT,de;q=0.9", "DE", "de;q=0.1, en", "it", "", "en-GB"]
            answers = [site.get("/api/v1/categories/", Accept_Language=header) for header in headers]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert [answer.data for answer in answers] == [b"de"] * 3 + [b"en"] * 3
    assert [answer.headers["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT", "MISS", "HIT", "HIT"]
    assert {answer.headers["Vary"] for answer in answers} == {"Accept-Language, X-Store-Key"}


def test_shop_that_is_away_is_a_problem_that_says_when_to_come_again(tmp_path: Path) -> None:
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    with stand.serving(stand.write_configuration(tmp_path, upstream_port=stand.free_port())) as site:
        answer = site.request("POST", CART, body=b"{}")
    problem = json.loads(answer.data)
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert (problem["code"], problem["status"]) == ("unavailable", STATUS["unavailable"])
    assert problem["title"] == str(TITLES[503])
