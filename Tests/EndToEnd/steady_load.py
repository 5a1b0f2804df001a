"""A program of its own: so many requests a second for jobs through a proxy, whatever comes of them.

`steady_load.py PORT RATE JOBS` asks on 100 kept connections for that many jobs in turn, each request at its time, until
its standard input ends. Then it prints how many were sent, how many got each status, and what became of the others.
"""

import asyncio
import json
import sys
from collections import Counter

from wire import parsed, request

CONNECTIONS = 100
PATIENCE = 10


class Load:
    def __init__(self, port, rate, jobs):
        self.port, self.jobs, self.pause = port, jobs, CONNECTIONS / rate
        self.sent, self.outcomes, self.ended = 0, Counter(), asyncio.Event()

    async def run(self):
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(None, sys.stdin.read)
        reading.add_done_callback(lambda _: self.ended.set())
        start = loop.time()
        await asyncio.gather(*[self.ask(start + number * self.pause / CONNECTIONS) for number in range(CONNECTIONS)])

    async def ask(self, due):
        """On one connection, and on another after it ended."""
        loop, streams = asyncio.get_running_loop(), None
        while not self.ended.is_set():
            await asyncio.sleep(due - loop.time())
            due += self.pause
            self.sent += 1
            try:
                streams = streams or await asyncio.open_connection("127.0.0.1", self.port)
                status, lasts = await asyncio.wait_for(self.status(*streams), PATIENCE)
                self.outcomes[str(status)] += 1
            except (OSError, EOFError, TimeoutError) as error:
                self.outcomes[type(error).__name__] += 1
                lasts = False
            if not lasts and streams:
                streams[1].close()
                streams = None

    async def status(self, reader, writer):
        """The status of an answer that came as a whole, and whether the connection lasts."""
        writer.write(request(f"/jobs/fine-{self.sent % self.jobs}"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        fields = parsed(lines)
        await reader.readexactly(int(fields["content-length"]))
        return int(status_line.split()[1]), fields.get("connection", "").lower() != "close"


if __name__ == "__main__":
    load = Load(*map(int, sys.argv[1:]))
    asyncio.run(load.run())
    print(json.dumps({"sent": load.sent, "outcomes": load.outcomes}))
