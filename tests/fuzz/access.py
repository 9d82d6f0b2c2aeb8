"""Who may use which operation, as the OpenAPI file and the table of authorisation say."""

import re
from typing import Any, Final

import yaml

from nexus_shop.api.rest.authorisation import ANYONE, LOGIN, RULES
from tests.fuzz.schema import FILE

DOCUMENT: Final[dict[str, Any]] = yaml.safe_load(FILE.read_text())
ROLES: Final = ("anonymous", "customer", "staff", "partner")
#: By template, whatever the part of the path is.
_RULES: Final = {(re.sub(r"<\w+:(\w+)>", r"{\1}", route), method): rule for (route, method), rule in RULES.items()}


def operation_of(method: str, template: str) -> dict[str, Any]:
    """What the file says of an operation; nothing of one that it does not know."""
    found: dict[str, Any] = DOCUMENT["paths"][template].get(method.lower(), {})
    return found


def wants_login(method: str, template: str) -> bool:
    """Whether the operation is for logins, or for some of them."""
    return {} not in operation_of(method, template).get("security", [{}])


def is_let_in(method: str, template: str, role: str) -> bool:
    """Whether the role gets as far as the body."""
    rule = _RULES.get((template.lstrip("/"), method.upper()))
    if rule is None or rule == ANYONE or role == "staff":
        return True
    return role != "anonymous" and (rule == LOGIN or (role == "partner" and rule.name.endswith("partner staff")))
