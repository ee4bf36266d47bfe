"""How tests wait: for an event, and for as long as it takes.

`HANG_S` ends a test that would hang for ever. It says nothing about speed and no test's meaning depends
on it: it is far above what anything here takes on a machine whose cores others keep busy. What has no
event to wait on (a file of /proc, a process's state) is looked at again and again by `wait_until`.
"""

from __future__ import annotations

import time

HANG_S = 60.0
LOOK_S = 0.01


def wait_until(condition, failure="what is waited for has not come"):
    """Looks until `condition()` is true, and gives what it gave; fails with a text, or with what
    `failure()` says then."""
    deadline = time.monotonic() + HANG_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(failure() if callable(failure) else failure)
        time.sleep(LOOK_S)
    return found
