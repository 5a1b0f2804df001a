"""Clients that follow a job each, and all come at once to a gateway that knows none of them."""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field

from wire import parsed, request

LONGEST = 120


@dataclass
class Follower:
    """Asks for a job of its own until it is there, and obeys `Retry-After`. An event stream is there with its first event."""

    source: str
    target: str
    refusals: int = 0
    others: list[int] = field(default_factory=list)
    waited: float = 0.0
    """From its first request to its job, in seconds."""
    last: float = 0.0
    """The time that the request took which brought it."""

    async def follow(self, port):
        start = time.monotonic()
        while True:
            began = time.monotonic()
            status, pause = await asyncio.wait_for(self.ask(port), LONGEST)
            if status == 200:
                self.waited, self.last = time.monotonic() - start, time.monotonic() - began
                return
            if status not in (503, 504):
                self.others.append(status)
                return
            self.refusals += 1
            await asyncio.sleep(pause + random.random() / 4)

    async def ask(self, port):
        """The status, once the job or the problem is there, and `Retry-After`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(self.source, 0))
        writer.write(request(self.target))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        if "/events" in self.target and " 200 " in status_line:
            await reader.readuntil(b"event: job")
        writer.close()
        return int(status_line.split()[1]), int(parsed(lines).get("retry-after", 1))


def follow(port, followers, others=()):
    """Lets all of them come at once. `others` are pairs of a time in seconds and a follower that comes then."""
    async def later(after, follower):
        await asyncio.sleep(after)
        await follower.follow(port)

    async def all_of_them():
        await asyncio.gather(
            *[follower.follow(port) for follower in followers], *[later(*other) for other in others])
    asyncio.run(all_of_them())


def summary(followers):
    waits = sorted(follower.waited for follower in followers)
    lasts = [follower.last for follower in followers]
    return {
        "clients": len(followers), "refused once": sum(1 for each in followers if each.refusals),
        "refusals": sum(each.refusals for each in followers),
        "most for one": max(each.refusals for each in followers),
        "p50": round(statistics.median(waits), 1), "p99": round(statistics.quantiles(waits, n=100)[98], 1),
        "last": round(waits[-1], 1), "slowest 200": round(max(lasts), 1),
        "others": [status for each in followers for status in each.others],
    }
