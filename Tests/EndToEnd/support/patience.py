"""How tests wait: for an event, as long as it takes.

`HANG_S` ends a test that hangs. It says nothing about speed, and no test's meaning depends on it: no
test takes that long, even if other processes keep all cores busy. `wait_until` polls sources without
events, such as files of /proc.
"""

from __future__ import annotations

import time

HANG_S = 60.0
LOOK_S = 0.01


def wait_until(condition, failure="what is waited for has not come"):
    """Polls until `condition()` is true, and returns its value. Fails with the text `failure`, or with
    what `failure()` returns then."""
    deadline = time.monotonic() + HANG_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(failure() if callable(failure) else failure)
        time.sleep(LOOK_S)
    return found
