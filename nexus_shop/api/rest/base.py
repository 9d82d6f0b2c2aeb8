"""The base of every view: strict input, declared permissions, limits, idempotency, cache headers."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, ClassVar, Final, TypeVar

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import parse_etags, quote_etag
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from forked_apps.basket.errors import CartNotFound
from nexus_shop.accounts.errors import InvalidToken
from nexus_shop.core.errors import DomainError, StaleVersion
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.limits import State

from . import idempotency
from .authentication import TokenAuthentication
from .authorisation import Declared
from .clients import address_of
from .errors import CONTENT_TYPE, STATUS, ApiError, domain_problem
from .limits import READS, count_for, count_guesses, count_request, headers_of
from .rendering import JSONParser, JSONRenderer, is_storable, to_json

R = TypeVar("R")
Headers = Mapping[str, str]

JSON: Final = "application/json"
GUESSES: Final = (InvalidToken, NotAuthenticated, CartNotFound)
PLAIN_ACCEPTS: Final = frozenset({"*/*", JSON})
CHANGES: Final = frozenset({"PUT", "PATCH", "DELETE"})
#: Of a list: whether it is weak, and what stands in its quotes, or what has none.
ETAGS: Final = re.compile(r'(W/)?"([^"]*)"|([^\s,"]+)')
PUBLIC: Final = "public, max-age=0, s-maxage=30"


def is_known(etag: str, request: Any) -> bool:
    """Whether If-None-Match names the ETag; weakly compared (RFC 9110): a proxy that compresses makes ETags weak."""
    given = request.META.get("HTTP_IF_NONE_MATCH", "")
    known = parse_etags(given) if given else []
    return "*" in known or any(each.removeprefix("W/") == etag for each in known)


class View(APIView):
    """A view of the API. Anything that a subclass does not allow is refused."""

    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    metadata_class = None
    # Said again here: nine of oscarapi's views, which ours inherit from, bring classes of their own.
    authentication_classes: Any = [TokenAuthentication]
    permission_classes: Any = [Declared]
    renderer_classes: Any = [JSONRenderer]
    parser_classes: Any = [JSONParser]
    throttle_classes: Any = []
    #: Query parameters that the view's GET knows.
    query_parameters: ClassVar[frozenset[str]] = frozenset()
    #: What names of query parameters that the view's GET judges itself begin with.
    query_prefix: ClassVar[str | None] = None
    #: Query parameters that the view's other methods know.
    write_parameters: ClassVar[frozenset[str]] = frozenset()
    #: Those that its DELETE knows besides.
    delete_parameters: ClassVar[frozenset[str]] = frozenset()
    #: Rate limits of the view's writes, beside the general ones.
    write_limits: ClassVar[tuple[str, ...]] = ()
    #: Public reads ignore `Authorization`, also a bad one: their answers are for everybody.
    is_public: ClassVar[bool] = False
    #: Whether a setting may demand an Idempotency-Key of the view's POST.
    is_money_route: ClassVar[bool] = False
    #: Views that ignore Idempotency-Key.
    ignores_idempotency_key: ClassVar[bool] = False
    #: Views whose resource has a version: `If-Match` is honoured.
    has_version: ClassVar[bool] = False
    #: Whether a setting may demand an If-Match of the view's PUT, PATCH and DELETE.
    is_kept_by_staff: ClassVar[bool] = False
    #: Views whose bodies have files: only the parser reads these, and it says what repeats are known by.
    takes_files: ClassVar[bool] = False

    limit_states: list[State]

    def get_authenticators(self) -> list[Any]:
        """None for a public read."""
        request = getattr(self, "request", None)
        if self.is_public and request is not None and request.method in READS:
            return []
        return super().get_authenticators()

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep the raw body, which an Idempotency-Key is compared by."""
        drf_request: Any = super().initialize_request(request, *args, **kwargs)
        drf_request.raw_body = b"" if request.method in READS or self.takes_files else request.body
        return drf_request

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse what cannot be stored, who may not, and who asks too often, before anything is looked at."""
        self.limit_states = []
        if request.method.lower() not in self.http_method_names or not hasattr(self, request.method.lower()):
            raise MethodNotAllowed(request.method)
        if not all(is_storable(str(value)) for value in kwargs.values()):
            raise ApiError("not_found")
        super().initial(request, *args, **kwargs)
        self.limit_states = count_request(request, is_public=self.is_public, names=self.write_limits)
        self._check_parameters(request)
        wants_key = self.is_money_route and request.method == "POST" and settings.IDEMPOTENCY_KEY_REQUIRED
        if self._key() is None and wants_key:
            raise ApiError("idempotency_key_required", "This shop wants an Idempotency-Key here.")
        wants_version = self.is_kept_by_staff and request.method in CHANGES and settings.IF_MATCH_REQUIRED
        if wants_version and not request.META.get("HTTP_IF_MATCH", "").strip():
            raise ApiError("version_required", "Send If-Match with the version (ETag) that you have read.")

    def perform_content_negotiation(self, request: Any, force: bool = False) -> tuple[Any, str]:
        """JSON; weighing what a client accepts is left to DRF where it says more than that."""
        if request.META.get("HTTP_ACCEPT", "*/*") in PLAIN_ACCEPTS and "format" not in request.GET:
            return JSONRenderer(), JSON
        found: tuple[Any, str] = super().perform_content_negotiation(request, force)
        return found

    def handle_exception(self, exc: Exception) -> Any:
        """Count what may be guessing (a token, a cart, a login) against the address, before saying no."""
        if isinstance(exc, GUESSES):
            name = "read" if self.request.method in READS else "anonymous"
            try:
                count_for([(name, f"address:{address_of(self.request)}")])
            except ApiError as limited:
                exc = limited
        return super().handle_exception(exc)

    def _check_parameters(self, request: Any) -> None:
        known = self.query_parameters if request.method in READS else self.write_parameters
        if request.method == "DELETE":
            known |= self.delete_parameters
        for name, values in request.GET.lists():
            is_own = self.query_prefix is not None and request.method in READS and name.startswith(self.query_prefix)
            if name not in known and not is_own:
                raise ApiError("unknown_parameter", f"There is no parameter {name[:60]!r} here.", parameter=name[:60])
            if len(values) > 1:
                raise ApiError("invalid_request", "A parameter may stand once.", parameter=name)
            if not is_storable(values[0]):
                raise ApiError("invalid_request", "Texts may not contain NUL.", parameter=name)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the limits' headers."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in headers_of(getattr(self, "limit_states", [])).items():
            if value:
                response.headers.setdefault(name, value)
        return response

    # Answers

    def known(self) -> list[str]:
        """The digests of If-None-Match: what has one of them need not be read. `*` is none: it is answered by 304."""
        given = self.request.META.get("HTTP_IF_NONE_MATCH", "")
        return [each.removeprefix("W/").strip('"') for each in parse_etags(given)] if given else []

    def public(self, body: bytes | str | None, *, digest: str, tags: str = "", link: str = "") -> HttpResponse:
        """A public answer with its strong ETag, or 304 where the client has it. No body: one of `known` it is."""
        etag = quote_etag(digest)
        is_unchanged = body is None or is_known(etag, self.request)
        response = HttpResponse(status=304) if is_unchanged else HttpResponse(body, content_type=JSON)
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = PUBLIC
        response.headers["Vary"] = "Accept-Language, X-Store-Key"
        if tags:
            response.headers["Cache-Tag"] = tags
        if link:
            response.headers["Link"] = link
        return response

    def elsewhere(self, path: str, query: str, *, tags: str) -> HttpResponse:
        """Where what had this address stands now: 301, with the query that was asked with."""
        response = HttpResponse(status=301)
        response.headers["Location"] = f"{path}?{query}" if query else path
        response.headers["Cache-Control"] = PUBLIC
        response.headers["Vary"] = "Accept-Language, X-Store-Key"
        response.headers["Cache-Tag"] = tags
        return response

    def private(self, body: Any, *, status: int = 200, headers: Headers | None = None) -> Response:
        """An answer for this client alone."""
        return Response(body, status=status, headers=dict(headers or {}))

    # Input

    def parsed(self, serializer_class: Any, body: Any = None) -> Any:
        """The validated body, or what the view has made of it. Raises ValidationError."""
        body = self.request.data if body is None else body
        if not isinstance(body, dict):
            raise ValidationError({"non_field_errors": ["The body is a JSON object."]})
        serializer = serializer_class(data=body, context={"request": self.request, "view": self})
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def parameters(self, serializer_class: Any, *, but: str | None = None) -> Any:
        """The validated query parameters. Raises ApiError with the parameter at fault.

        `but` leaves out those that begin so; a list that has such is asked most, and its parameters say the same to
        everybody: they are validated once.
        """
        asked = self.request.GET.dict()
        if but is not None:
            asked = {name: value for name, value in asked.items() if not name.startswith(but)}
        try:
            if but is not None:
                return _validated(serializer_class, tuple(asked.items()), settings.OSCAR_DEFAULT_CURRENCY)
            return _form(serializer_class).run_validation(asked)
        except ValidationError as invalid:
            errors: Any = invalid.detail
            name, details = next(iter(errors.items()))
            raise ApiError("invalid_request", str(details[0]), parameter=str(name)) from None

    def tag(self) -> str | None:
        """The versions that If-Match names, with commas between them; None where there is none (or it is `*`).

        Weak ones are never that of now (RFC 9110, 13.1.1). What has no quotes is taken for a tag, too.
        """
        header = self.request.META.get("HTTP_IF_MATCH", "").strip()
        if not header or header == "*":
            return None
        tags = [quoted or bare for weak, quoted, bare in ETAGS.findall(header) if not weak]
        return ",".join(tag for tag in tags if "," not in tag)

    def refuse_version(self) -> None:
        """For what has no version: one that is sent is not that of now. Raises StaleVersion."""
        if self.tag() is not None:
            raise StaleVersion

    # Writes

    def write(self, operation: Callable[[], R], render: Callable[[R], Answer]) -> HttpResponse:
        """Run one operation and render its result; with an Idempotency-Key once, and replayed after that."""
        key = self._key()
        if key is None:
            return self._respond(render(operation()))
        return self._respond(
            idempotency.run(self.request, key, operation, lambda result: self._rendered(result, render))
        )

    def count_guesses(self, codes: int = 1) -> None:
        """Count so many codes of vouchers, before any is looked up. A replay looks none up."""
        key = self._key()
        if codes and (key is None or not idempotency.is_answered(self.request, key)):
            self.limit_states += count_guesses(self.request, codes)

    def refuse_reused_key(self) -> None:
        """Before a write does what no roll-back takes back. Raises KeyReused."""
        key = self._key()
        if key is not None:
            idempotency.refuse_reused(self.request, key)

    def _key(self) -> str | None:
        """The request's Idempotency-Key, where the view heeds one. Raises ApiError for one that is none."""
        if self.ignores_idempotency_key or self.request.method not in {"POST", "PATCH"}:
            return None
        return idempotency.key_of(self.request)

    def _rendered(self, result: R | DomainError, render: Callable[[R], Answer]) -> Answer:
        if isinstance(result, GUESSES):
            raise result  # nothing to keep: it would fill the table, and hide the guess from `handle_exception`
        if not isinstance(result, DomainError):
            return render(result)
        body = domain_problem(result, self.request.path)
        return Answer(STATUS[result.code], to_json(body), {"Content-Type": CONTENT_TYPE})

    def _respond(self, answer: Answer) -> HttpResponse:
        answer = self.finish(answer)
        response = HttpResponse(answer.body, status=answer.status, content_type=JSON)
        for name, value in answer.headers.items():
            response.headers[name] = value
        if answer.is_replay:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def finish(self, answer: Answer) -> Answer:
        """Add to an answer, first or replayed, what is not to be stored with it."""
        return answer


@lru_cache(maxsize=512)
def _validated(serializer_class: Any, asked: tuple[tuple[str, str], ...], _currency: str) -> Any:
    """What valid parameters say, which nobody may change: the same are asked again and again."""
    return _form(serializer_class).run_validation(dict(asked))


@cache
def _form(serializer_class: Any) -> Any:
    """A serializer of parameters, for all threads: validating keeps nothing, making one costs much of a list."""
    return serializer_class()


def answer(body: Any, *, status: int = 200, headers: Headers | None = None) -> Answer:
    """An answer of `write`."""
    return Answer(status, to_json(body), dict(headers or {}))
