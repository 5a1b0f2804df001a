"""A stop while more clients churn than there are places: it ends, with status 0, and soon.

`LONG_TESTS=1` makes sixty of each.
"""

import os
import time

import pytest

from churn import Churn
from timeouts import eventually

STOPS = 60 if os.environ.get("LONG_TESTS") else 3
SIZES = [16, 64, 256, 1000] if os.environ.get("LONG_TESTS") else [16, 64]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("places", SIZES)
def test_a_stop_at_the_limit_of_connections_ends(serve, places, threads):
    failures = []
    for number in range(STOPS):
        gateway = serve({
            "listen.connections": places, "listen.perAddress": 0, "listen.threads": threads, "log.level": "notice"
        })
        with Churn(gateway.port, 2 * places) as churn:
            eventually(lambda: churn.answers > 4 * places, within=60)
            began = time.monotonic()
            gateway.signal()
            try:
                status = gateway.end(within=15)
            except Exception as error:  # the process was killed: it hung
                failures.append((number, repr(error)[:60]))
                continue
        if status != 0 or churn.lost:
            failures.append((number, status, time.monotonic() - began, len(churn.lost), churn.lost[:3]))
    assert failures == []
