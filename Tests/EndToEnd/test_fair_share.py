"""However much clients ask for, AWS receives no more calls than the budget has, and each client gets its share."""

import pytest

from callers import Caller, let_ask
from gateway import upstream_at

# A burst above one: beside other programs a turn comes too late now and then, and its token must not be lost.
RATE, BURST = 50, 5
SECONDS = 6
AWS_RATE = 20

pytestmark = pytest.mark.alone


@pytest.fixture
def gateway(serve):
    return serve({"limits.upstream.rate": f"{RATE}/s", "limits.upstream.burst": BURST})


def test_fifty_callers_with_a_thousand_cold_names_each_share_what_aws_gives(gateway, upstream):
    callers = let_ask([Caller(number, connections=4) for number in range(10, 60)], gateway.port, SECONDS)
    assert not any(caller.others for caller in callers)
    assert upstream.most_calls_within(1.0) <= RATE + BURST
    counts = sorted(len(caller.answers) for caller in callers)
    fair = sum(counts) / len(counts)
    print(counts)
    assert sum(counts) >= 0.8 * RATE * SECONDS, "what AWS gives is used"
    # The first requests were served before any had to queue.
    assert fair / 2 <= counts[0] and counts[-1] <= 1.5 * fair + 2


def test_a_client_that_asks_for_much_takes_nothing_from_clients_that_ask_for_little(gateway, upstream):
    greedy, modest = Caller(10, connections=60), [Caller(number) for number in range(11, 20)]
    let_ask([greedy, *modest], gateway.port, SECONDS)
    fair = RATE * SECONDS / (1 + len(modest))
    counts = [len(caller.answers) for caller in modest]
    print(len(greedy.answers), counts)
    assert upstream.most_calls_within(1.0) <= RATE + BURST
    assert min(counts) >= 0.5 * fair


def test_a_single_name_is_not_behind_a_thousand(gateway):
    greedy, single = Caller(10, connections=100), Caller(11, names=1, after=1)
    let_ask([greedy, single], gateway.port, 3)
    assert len(single.answers) == 1 and not single.refusals
    assert single.answers[0] < 0.5


def test_the_budget_that_is_the_default_keeps_to_awss_own_quota(start, upstream):
    gateway = start("serve", {"limits.client.rate": 0}, upstream_at(upstream.port))
    let_ask([Caller(10, connections=40)], gateway.port, 3)
    assert 15 <= upstream.most_calls_within(1.0) <= AWS_RATE
