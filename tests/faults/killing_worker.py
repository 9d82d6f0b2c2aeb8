"""The worker, which ends itself at the failpoint of its environment; without one it drains and ends.

python -m tests.faults.killing_worker
"""

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()

    from tests.faults.killing import arm

    arm()
    call_command("worker", "--drain")
