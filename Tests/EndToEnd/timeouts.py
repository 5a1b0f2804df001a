"""Waits for conditions that give no event when they come true, within a time-out."""

import time


def eventually(condition, within=5.0, every=0.02):
    """The first true value of `condition()`; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not so after {within} s"
        time.sleep(every)
    return value
