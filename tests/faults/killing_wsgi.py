"""The shop, one of whose processes ends itself at the failpoint of its environment."""

from nexus_shop.wsgi import application
from tests.faults.killing import arm

arm()

__all__ = ["application"]
