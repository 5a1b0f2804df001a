"""Many clients at once, each from an address of its own and with many names that were not asked for before."""

import asyncio
import time
from dataclasses import dataclass, field

from wire import parsed, request

PAUSE_AFTER_REFUSAL = 0.05


@dataclass
class Caller:
    """Asks on `connections` connections from 127.0.0.`number`, from `after` seconds on.

    A refused name is asked for again after a moment. `answers` and `refusals` say how long each took, `others` are the
    statuses that are neither.
    """

    number: int
    connections: int = 1
    names: int = 1_000
    after: float = 0.0
    answers: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    async def ask(self, port, end):
        await asyncio.sleep(self.after)
        names = iter([f"fine-{self.number}-{index}" for index in range(self.names)])
        await asyncio.gather(*[self.ask_on_one_connection(port, end, names) for _ in range(self.connections)])

    async def ask_on_one_connection(self, port, end, names):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.0.{self.number}", 0))
        for name in names:
            while (left := end - time.monotonic()) > 0:
                try:
                    status = await asyncio.wait_for(self.status(reader, writer, name), left)
                except TimeoutError:
                    return writer.close()
                if status == 200:
                    break
                await asyncio.sleep(PAUSE_AFTER_REFUSAL)
        writer.close()

    async def status(self, reader, writer, name):
        began = time.monotonic()
        writer.write(request(f"/jobs/{name}"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        await reader.readexactly(int(parsed(lines)["content-length"]))
        status, elapsed = int(status_line.split()[1]), time.monotonic() - began
        if status in (200, 503):
            (self.answers if status == 200 else self.refusals).append(elapsed)
        else:
            self.others.append(status)
        return status


def let_ask(callers, port, seconds):
    """Lets all of them ask at once, for so many seconds."""
    async def ask():
        end = time.monotonic() + seconds
        await asyncio.gather(*[caller.ask(port, end) for caller in callers])
    asyncio.run(ask())
    return callers


@dataclass
class Flood:
    """So many look-ups a second of names that were not asked for before, whether the last ones were answered or not."""

    port: int
    rate: float
    answers: list[float] = field(default_factory=list, repr=False)
    refusals: list[float] = field(default_factory=list, repr=False)
    others: list[int] = field(default_factory=list)
    begun: int = 0

    async def come(self, end):
        """Until `end`, and until the last one was answered."""
        start, sent, under_way = time.monotonic(), 0, []
        while time.monotonic() < end:
            due = int((time.monotonic() - start) * self.rate)
            under_way += [asyncio.create_task(self.ask(self.begun + number)) for number in range(sent, due)]
            sent = max(sent, due)
            await asyncio.sleep(1 / self.rate)
        self.begun += sent
        await asyncio.gather(*under_way)

    async def ask(self, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        caller = Caller(1, answers=self.answers, refusals=self.refusals, others=self.others)
        await caller.status(reader, writer, f"fine-flood-{number}")
        writer.close()
