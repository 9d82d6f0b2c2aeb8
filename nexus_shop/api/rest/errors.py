"""Errors over HTTP: RFC 9457 problem+json with a stable code, for every answer of 400 and above.

`STATUS` maps codes to HTTP statuses; a test asserts that every DomainError is in it and has a meaning in `MEANINGS`,
which the API's documentation shows.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, Final

import orjson
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import errors as postgres_errors
from rest_framework import exceptions
from rest_framework.response import Response

from nexus_shop.core.errors import DeletedMeanwhile, DomainError
from nexus_shop.core.requests import request_id
from nexus_shop.core.transactions import refers_to_nothing

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
RETRY_SOON: Final = {"Retry-After": "1"}
CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="nexus-shop"'}
DOMAIN_HEADERS: Final = {
    "idempotency_key_in_flight": RETRY_SOON,
    "payment_in_progress": {"Retry-After": "5"},
    "payment_unavailable": {"Retry-After": "5"},
    "invalid_token": CHALLENGE,
    "invalid_credentials": CHALLENGE,
}

STATUS: Final[dict[str, int]] = {
    # the request does not fit the schema
    "invalid_request": 400,
    "malformed_json": 400,
    "unknown_field": 400,
    "unknown_parameter": 400,
    "page_too_deep": 400,
    "idempotency_key_invalid": 400,
    "idempotency_key_required": 400,
    # who asks
    "not_authenticated": 401,
    "invalid_token": 401,
    "invalid_credentials": 401,
    "permission_denied": 403,
    "origin_not_allowed": 403,
    "not_found": 404,
    "cart_not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "length_required": 411,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    # what stands against it
    "cart_empty": 409,
    "checkout_closed": 409,
    "too_many_unpaid_orders": 409,
    "address_known": 409,
    "address_limit": 409,
    "email_taken": 409,
    "username_taken": 409,
    "sku_taken": 409,
    "idempotency_key_in_flight": 409,
    "insufficient_stock": 409,
    "stock_below_allocation": 409,
    "stock_changed": 409,
    "stock_not_arrived": 409,
    "too_many_reservations": 409,
    "total_changed": 409,
    "offer_used_up": 409,
    "status_not_allowed": 409,
    "refund_missing": 409,
    "nothing_to_refund": 409,
    "too_many_units": 409,
    "order_not_cancellable": 409,
    "order_not_changeable": 409,
    "slug_taken": 409,
    "barcode_taken": 409,
    "class_change_refused": 409,
    "publication_refused": 409,
    "too_many_variants": 422,
    "attribute_unknown": 422,
    "attribute_required": 422,
    "product_value_refused": 422,
    "structure_refused": 422,
    "schedule_refused": 422,
    "recommendation_refused": 422,
    "partner_has_stock": 409,
    "partner_sku_taken": 409,
    "stock_still_promised": 409,
    "code_taken": 409,
    "still_used": 409,
    "deleted_meanwhile": 409,
    "row_not_reached": 409,
    "name_taken": 409,
    "rate_exists": 409,
    "last_stock_record": 409,
    "variant_exists": 409,
    "list_full": 409,
    "import_structure_changed": 409,
    "import_currency_changed": 409,
    "import_variants_refused": 409,
    "import_rival_writes": 409,
    "order_not_payable": 409,
    "payment_in_progress": 409,
    "payment_state_not_allowed": 409,
    "stale_version": 412,
    "version_required": 428,
    # a valid body refused by a rule
    "attribute_refused": 422,
    "category_cycle": 422,
    "category_too_deep": 422,
    "list_price_too_low": 422,
    "partner_stock_required": 422,
    "parent_refused": 422,
    "currency_mismatch": 422,
    "address_incomplete": 422,
    "billing_address_required": 422,
    "amount_not_open": 422,
    "country_not_served": 422,
    "country_change_refused": 422,
    "address_priced_otherwise": 422,
    "email_required": 422,
    "idempotency_key_reused": 422,
    "invalid_option": 422,
    "invalid_postcode": 422,
    "password_refused": 422,
    "payment_method_unknown": 422,
    "product_unavailable": 422,
    "quantity_limit": 422,
    "rows_refused": 422,
    "shipping_address_required": 422,
    "shipping_method_unknown": 422,
    "shipping_method_refused": 422,
    "tax_rate_refused": 422,
    "variant_required": 422,
    "stock_out_of_range": 422,
    "stock_record_ambiguous": 422,
    "voucher_invalid": 422,
    "voucher_not_applicable": 422,
    "refund_exceeds_payment": 422,
    "fetch_failed": 422,
    "picture_refused": 422,
    "import_file_refused": 422,
    "import_value_refused": 422,
    "translation_refused": 422,
    # ours
    "payment_declined": 402,
    "internal_error": 500,
    "payment_unavailable": 503,
    "unavailable": 503,
}

# What each code means, for the documentation: docs of the API are made of it.
MEANINGS: Final[dict[str, str]] = {
    "invalid_request": "A field or parameter is missing, malformed or out of range; `errors` says which.",
    "malformed_json": "The body is no JSON object, has a key twice, or a text with NUL; `errors` says where it can.",
    "unknown_field": "The body has a field that the operation does not know.",
    "unknown_parameter": "The query has a parameter that the operation does not know.",
    "page_too_deep": "Lists go no deeper than 10,000 rows: narrow the list.",
    "idempotency_key_invalid": "Idempotency-Key has 1 to 255 visible ASCII characters.",
    "idempotency_key_required": "This shop demands an Idempotency-Key here.",
    "not_authenticated": "The operation needs a login.",
    "invalid_token": "The token is malformed, expired or revoked, or the account is disabled.",
    "invalid_credentials": "Unknown account, wrong password or disabled account.",
    "permission_denied": "The account may not do this.",
    "origin_not_allowed": "The refresh cookie is taken only from the shop's own origins.",
    "not_found": "There is no such thing, or it is not yours to see.",
    "cart_not_found": "No cart has this token.",
    "method_not_allowed": "The address does not take this method.",
    "not_acceptable": "Only JSON can be had here.",
    "length_required": "A body comes with its Content-Length, not in chunks.",
    "body_too_large": "A body may have 1 MB, one with a file 20 MB.",
    "unsupported_media_type": "Bodies are sent as application/json, files as multipart/form-data.",
    "rate_limited": "Too many requests; Retry-After says when to come again.",
    "cart_empty": "There is nothing to order.",
    "checkout_closed": "The checkout is completed or cancelled, or its cart went into another.",
    "too_many_unpaid_orders": "The client holds as many unpaid orders as one may; `limit` says how many.",
    "address_known": "The address book has this address already; `id` says which it is.",
    "address_limit": "The address book holds no more addresses than `limit`.",
    "email_taken": "An account has this e-mail address already.",
    "username_taken": "An account has this username already.",
    "sku_taken": "A product has this SKU already.",
    "idempotency_key_in_flight": "A request with this key is still running.",
    "insufficient_stock": "Less is free than was asked for; `shortages` says how much. Nothing was changed.",
    "stock_below_allocation": "Orders are waiting for more than the new stock figure.",
    "stock_changed": "The stock is not what you expected; `num_in_stock` has the figure of now. Nothing was changed.",
    "stock_not_arrived": "Less is on the shelf than is to be shipped; `shortages` says how much. Nothing was shipped.",
    "too_many_reservations": "The client holds stock in as many open payment sessions as one may (`limit`).",
    "stock_out_of_range": "A stock figure is neither below zero nor above 2,147,483,647.",
    "stock_record_ambiguous": "Several partners sell this SKU; `stock_records` has the ids to choose from.",
    "total_changed": "The total is not the confirmed one; `totals` has the new. Nothing was ordered.",
    "offer_used_up": "An offer that the total counted on has reached its limit; at checkout `totals` has the new.",
    "refund_missing": "The money of these units has not gone back; `missing` says how much: refund it first.",
    "nothing_to_refund": "The units were never paid and nothing has gone back: there is nothing to refund.",
    "status_not_allowed": "The order cannot move to this status; `allowed` says where to.",
    "too_many_units": "Fewer units of the line may move to this status; `movable` says how many.",
    "order_not_cancellable": "Some of the order has been shipped: it can be returned, no longer cancelled.",
    "order_not_changeable": "Its addresses can no longer be changed, or it has none.",
    "slug_taken": "Another thing of the kind, or another category beside this one, has the slug.",
    "barcode_taken": "Another product has this barcode, written with or without zeros before it.",
    "class_change_refused": "The other class lacks attributes that the product has; `attributes` says which.",
    "publication_refused": "The status cannot follow that of now; `status` and `allowed` say what it is and may be.",
    "too_many_variants": "The options combine to more variants than a product may have; `limit` says how many.",
    "attribute_unknown": "The product's class has no attribute of this code.",
    "attribute_required": "The product's class requires this attribute, of each variant too.",
    "product_value_refused": "A field, an attribute or a file cannot be such; `reason` says why.",
    "structure_refused": "A product of this structure cannot have that: a variant has its parent's class, say.",
    "schedule_refused": "The times of publication contradict each other, the status or the clock; `reason` says how.",
    "recommendation_refused": "A product does not recommend itself, nor another one twice.",
    "partner_has_stock": "The partner still sells something.",
    "partner_sku_taken": "The partner has this SKU for another stock record.",
    "stock_still_promised": "Orders or payment sessions wait for the stock; `allocated` says for how much of it.",
    "code_taken": "Another one has this code already.",
    "still_used": "Something hangs on it; `uses` says what, and how many.",
    "version_required": "This shop wants to know which version is changed: send If-Match.",
    "attribute_refused": "Type, option group and `required` do not go together; `reason` says why.",
    "category_cycle": "A category cannot stand below itself.",
    "category_too_deep": "The tree has at most `limit` levels.",
    "deleted_meanwhile": "Something that the body refers to has just been deleted; nothing was written.",
    "row_not_reached": "There was no time left for the row: send it again.",
    "partner_stock_required": "What partner staff make is sold by their partner: it needs a price.",
    "list_price_too_low": "The list price is above the price, or not there.",
    "parent_refused": "The row that this one was to stand below was refused.",
    "name_taken": "Another one has this name already.",
    "rate_exists": "There is a rate for this place and product class already.",
    "variant_exists": "Another variant of the product has the same attributes; `variant` is its id.",
    "last_stock_record": "Partner staff leave no product that nobody sells: set its stock to 0, or archive it.",
    "list_full": "The list takes no more; `limit` says how many it takes.",
    "import_structure_changed": "The shop has the product with another structure (stand-alone, or with variants).",
    "import_currency_changed": "The shop holds the price in another currency; `held` says which.",
    "import_variants_refused": "No variant of the product can be imported; `refusals` says why.",
    "import_rival_writes": "Other writes got in between; import again.",
    "order_not_payable": "Nothing is to be paid: `payment_status` and `order_status` say why.",
    "payment_in_progress": "Another payment of the order has not ended; wait for it, or go on with it.",
    "payment_state_not_allowed": "The payment is not authorised (to capture), or has ended (to void).",
    "stale_version": "The thing has changed since it was read (If-Match).",
    "address_incomplete": "Addresses of this country need more; `fields` says what.",
    "billing_address_required": "Nothing is shipped, and the tax goes by the address of the bill.",
    "amount_not_open": "The order does not lack this amount; `open` says what it lacks.",
    "country_not_served": "The shop does not deliver there, or there is no such country.",
    "address_priced_otherwise": "Delivery or taxes would cost another amount there: cancel, and order again.",
    "country_change_refused": "An order stays in the country that it was placed for.",
    "currency_mismatch": "The confirmed total is in another currency than the cart.",
    "email_required": "A guest's order needs an e-mail address.",
    "idempotency_key_reused": "The key came before with another request.",
    "invalid_option": "An option of the product is missing, unknown or unfit; `option` and `reason` say which.",
    "invalid_postcode": "This is not a postcode of that country.",
    "password_refused": "The password is too weak; `reasons` says why.",
    "payment_method_unknown": "The shop offers no such payment method.",
    "product_unavailable": "A product cannot be bought at present; `product_ids` says which.",
    "quantity_limit": "More than one order may hold; `limit` says how much that is.",
    "rows_refused": "Some rows cannot go into the cart, so none did; `rows` has each with its code.",
    "shipping_address_required": "Something in the cart has to be shipped.",
    "shipping_method_unknown": "No such way of delivery for this cart.",
    "shipping_method_refused": "Strategy and figures of the method do not go together; `reason` says why.",
    "tax_rate_refused": "The rate is not 0 to 100 %, or its place has no country; `reason` says which.",
    "variant_required": "A parent product is not sold itself: choose a variant.",
    "voucher_invalid": "Unknown, expired, used up, or not for this customer; `codes` says which. At checkout, where"
    " only the cart's do not count any more, `totals` has what it costs without them.",
    "voucher_not_applicable": "The voucher is valid but does nothing for this cart; `reason` says why.",
    "fetch_failed": "An address could not be fetched; `reason` says why.",
    "picture_refused": "This is not a picture that the shop can keep; `reason` says why.",
    "import_file_refused": "The file cannot be imported; `reason` says why.",
    "import_value_refused": "A value of the product does not fit the shop's tables.",
    "translation_refused": "Not a language of the shop, not a translated field, or an unfit text; `reason` says which.",
    "refund_exceeds_payment": "No more can be given back than was paid; `refundable` says how much that is.",
    "payment_declined": "The gateway said no. Nothing was charged; another try or method is free.",
    "payment_unavailable": "The gateway is away. Surely nothing was charged; try again, or choose another method.",
    "internal_error": "An error of ours; give us the request id.",
    "unavailable": "The shop is busy or its database away; try again.",
}

TITLES: Final[Mapping[int, Any]] = {
    400: gettext_lazy("The request is not understood"),
    401: gettext_lazy("Log in first"),
    402: gettext_lazy("The payment was declined"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    406: gettext_lazy("Only JSON can be had here"),
    409: gettext_lazy("Conflict"),
    411: gettext_lazy("Send a Content-Length"),
    412: gettext_lazy("Changed in the meantime"),
    413: gettext_lazy("The body is too large"),
    415: gettext_lazy("The body is of another type than is taken here"),
    422: gettext_lazy("A rule of the shop stands against it"),
    428: gettext_lazy("Say which version you have seen"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("An error of ours"),
    503: gettext_lazy("Try again in a moment"),
}
# Statuses that Django or the framework answers with by itself, before or behind our views.
FRAMEWORK_CODES: Final = {
    400: "invalid_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "unavailable",
}


class ApiError(exceptions.APIException):
    """An error of the HTTP layer with one of our codes."""

    def __init__(
        self, code: str, detail: str = "", *, pointer: str | None = None, parameter: str | None = None
    ) -> None:
        super().__init__(detail or TITLES[STATUS[code]], code)
        self.status_code = STATUS[code]
        self.code = code
        self.pointer = pointer
        self.parameter = parameter
        self.headers: dict[str, str] = {}


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The one exception handler of the API. None lets the error become a logged 500."""
    if isinstance(error, IntegrityError) and refers_to_nothing(error):
        error = DeletedMeanwhile()
    problem, headers = _problem_of(error, context["request"])
    if problem is None:
        return None
    response = Response(problem, status=problem["status"], content_type=CONTENT_TYPE, headers=headers)
    response.exception = True
    return response


def _problem_of(error: Exception, request: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    path = request.path
    if isinstance(error, DomainError):
        return domain_problem(error, path), DOMAIN_HEADERS.get(error.code, {})
    if isinstance(error, ApiError):
        entry = _entry(error.code, str(error.detail), pointer=error.pointer, parameter=error.parameter)
        return problem(error.code, str(error.detail), path, [entry] if len(entry) > 2 else []), error.headers
    if isinstance(error, exceptions.ValidationError):
        return validation_problem(error.detail, path), {}
    if isinstance(error, exceptions.ParseError):
        pointer = getattr(error, "pointer", None)
        errors = [_entry("malformed_json", str(error.detail), pointer=pointer)] if pointer else []
        return problem("malformed_json", str(error.detail), path, errors), {}
    if isinstance(error, Http404 | DjangoPermissionDenied):
        code = "not_found" if isinstance(error, Http404) else "permission_denied"
        return problem(code, str(TITLES[STATUS[code]]), path), {}
    if isinstance(error, exceptions.APIException):
        code = FRAMEWORK_CODES.get(error.status_code, "invalid_request")
        challenge = getattr(error, "auth_header", None)
        return problem(code, str(error.detail), path), {"WWW-Authenticate": challenge} if challenge else {}
    if isinstance(error, OperationalError) and is_passing(error):
        logger.warning("Database away or busy: %s", error)
        return problem("unavailable", _("The shop is busy. Try again in a moment."), path), RETRY_SOON
    return None, {}


def is_passing(error: OperationalError) -> bool:
    """Whether the same request may succeed a moment later: lock or statement time-out, lost or refused connection."""
    cause = error.__cause__
    bugs = (postgres_errors.ProgrammingError, postgres_errors.DataError)
    return not isinstance(cause, bugs)


def problem(code: str, detail: str, path: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The body of an error."""
    status = STATUS[code]
    body: dict[str, Any] = {
        "type": f"/redoc/#section/Errors/{code}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": detail,
        "instance": path,
        "code": code,
        "request_id": request_id.get(),
    }
    if errors:
        body["errors"] = errors
    return body


def domain_problem(error: DomainError, path: str) -> dict[str, Any]:
    """The body for a broken rule, its facts as further members."""
    message = str(error.message)
    entry = _entry(error.code, message, pointer=error.pointer, parameter=error.parameter)
    errors = [entry] if error.pointer or error.parameter else None
    facts = facts_of(error)
    return problem(error.code, message, path, errors) | {k: v for k, v in facts.items() if k not in {"status", "code"}}


def facts_of(error: DomainError) -> dict[str, Any]:
    """What programs may want to know of a broken rule, by name."""
    return {name: _plain(value) for name, value in error.details().items()}


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def validation_problem(detail: Any, path: str) -> dict[str, Any]:
    """The body for what a serializer refused: one entry for each field."""
    errors = list(_entries(detail, ""))
    codes = {entry["code"] for entry in errors}
    code = codes.pop() if len(codes) == 1 else "invalid_request"
    if code not in {"unknown_field", "unknown_parameter"}:
        code = "invalid_request"
    return problem(code, _("Some fields are not as they should be."), path, errors)


def _entries(detail: Any, pointer: str) -> Iterator[dict[str, Any]]:
    if isinstance(detail, Mapping):
        for name, value in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _entries(value, pointer + step)
    elif isinstance(detail, list | tuple):
        for value in detail:
            yield from _entries(value, pointer)
    else:
        yield _entry(getattr(detail, "code", "invalid") or "invalid", str(detail), pointer=pointer)


def _entry(code: str, detail: str, *, pointer: str | None = None, parameter: str | None = None) -> dict[str, Any]:
    where = {"parameter": parameter} if parameter is not None else {} if pointer is None else {"pointer": pointer}
    return {**where, "code": code, "detail": detail}


def problem_for(code: str, request: HttpRequest) -> HttpResponse:
    """A whole answer, for places where no view runs."""
    body = problem(code, str(TITLES[STATUS[code]]), request.path)
    return HttpResponse(orjson.dumps(body), status=body["status"], content_type=CONTENT_TYPE)


def as_problem(response: HttpResponseBase, request: HttpRequest) -> HttpResponse:
    """Answers of 400 and above that did not come from our handler (unknown address, crash), turned into a problem."""
    assert isinstance(response, HttpResponse)
    status = response.status_code
    if status < 400 or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
        return response
    if status == 503 and request.path.startswith("/health/"):
        return response
    code = FRAMEWORK_CODES.get(status, "internal_error" if status >= 500 else "invalid_request")
    response.content = orjson.dumps(problem(code, str(TITLES[STATUS[code]]), request.path))
    response.status_code = STATUS[code]
    response.headers["Content-Type"] = CONTENT_TYPE
    response.headers["Content-Length"] = str(len(response.content))
    return response
