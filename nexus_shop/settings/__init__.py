"""Settings by concern; what differs between deployments is in the environment (`env.py`)."""

from .api import *  # noqa: F403
from .apps import *  # noqa: F403
from .cache import *  # noqa: F403
from .celery import *  # noqa: F403
from .cms import *  # noqa: F403
from .database import *  # noqa: F403
from .languages import *  # noqa: F403
from .logging import *  # noqa: F403
from .oscar import *  # noqa: F403
from .security import *  # noqa: F403
from .storage import *  # noqa: F403
