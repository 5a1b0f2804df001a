"""The programs that are measured, and the measures."""

import contextlib
import os
import subprocess
import tempfile

import load
import peers
import report
import servers

GATEWAY, BARE, PREBUILT = "the gateway", "bare libmicrohttpd", "bare libmicrohttpd, one prebuilt response"
UPSTREAM, SIGV4_PROXY = "the upstream itself", "aws-sigv4-proxy"


class Comparison:
    """The programs, ready to be started, and how often and how long each is measured."""

    def __init__(self, gateway, directory, rounds, seconds):
        self.gateway, self.directory, self.rounds, self.seconds = gateway, directory, rounds, seconds
        os.chmod(directory, 0o711)  # nginx started as root runs its workers as the user `nobody`
        self.bare, self.upstream, self.paced = (self.compiled(name) for name in ("bare", "upstream", "paced"))

    def compiled(self, name):
        source, program = load.FOLDER / f"{name}.c", f"{self.directory}/{name}"
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", program, source, "-lmicrohttpd"], check=True)
        return program

    # Measures

    def hits(self, threads=1):
        rates = report.Rates(f"hits, {load.CONNECTIONS} connections, {threads} thread{'s' if threads > 1 else ''}")
        with self.all_programs(rates, threads) as programs:
            return self.rate(rates, programs, lambda server, _: load.rate(server, self.seconds, threads))

    def conditional_hits(self):
        rates = report.Rates("hits with `If-None-Match`, 1 thread")
        with self.all_programs(rates, status=304) as programs:
            tag = {server: self.tag(server) for server in programs.values()}
            return self.rate(
                rates, programs, lambda server, _: load.conditional_rate(server, self.seconds, tag[server]))

    def populations(self):
        """Hits among a thousand jobs and among a million, in one cache that holds them all."""
        rates = report.Rates("hits among so many cached jobs, each as likely, 1 thread")
        few, many = 1_000, 1_000_000
        with contextlib.ExitStack() as stack:
            upstream = stack.enter_context(servers.upstream(self.upstream))
            server = stack.enter_context(servers.gateway(
                self.gateway, upstream, 1, self.new_directory(stack),
                {"cache.capacity": "4GiB", "cache.ttl.finished": "24h"}))
            before = servers.resident(server.process.pid)
            load.fill(server, many, "filled")
            rates.note = f"\n\n{(servers.resident(server.process.pid) - before) / many:,.0f} resident bytes a cached job"
            counts = {f"among {many:,}": many, f"among {few:,}": few}
            return self.rate(
                rates, dict.fromkeys(counts, server),
                lambda server, name: load.uniform_rate(server, self.seconds, "filled", counts[name]), named=True)

    def misses(self):
        rates = report.Rates("misses, 1 thread")
        rates.missing[SIGV4_PROXY] = "in no Debian package"
        with self.caches(rates) as programs:
            del programs[UPSTREAM]
            return self.rate(rates, programs, lambda server, run: load.miss_rate(server, self.seconds, run))

    def single_misses(self):
        times = report.Times("median time of a miss, one at a time")
        times.missing[SIGV4_PROXY] = "in no Debian package"
        with self.caches(times) as programs:
            for name, server, run in self.in_rounds(programs):
                times.add(name, load.miss_time(server, self.seconds, run))
        return times

    def latencies(self):
        missing = report.Latencies(0)
        with self.all_programs(missing) as programs:
            half = int(round(load.rate(programs[GATEWAY], self.seconds) / 2, -2))
            latencies = report.Latencies(half)
            latencies.missing = missing.missing
            for name, server, _ in self.in_rounds(programs):
                latencies.add(name, load.times(self.paced, server, half, self.seconds))
        return latencies

    def rate(self, rates, programs, ask, named=False):
        for name, server, run in self.in_rounds(programs):
            before = server.processor_seconds()
            rate = ask(server, name if named else run)
            if rate == 0:
                raise RuntimeError(f"{name} answered nothing in {self.seconds} s")
            rates.add(name, rate, (server.processor_seconds() - before) / (rate * self.seconds) * 1e6)
        return rates

    def in_rounds(self, programs):
        """Name, server and a word for the run. Each round begins with another program, so that none has always the same
        neighbour; the first round names them in order, so that the tables do."""
        names = list(programs)
        for number in range(self.rounds):
            for name in names[number % len(names):] + names[:number % len(names)]:
                yield name, programs[name], f"{names.index(name)}-{number}"

    # Programs

    @contextlib.contextmanager
    def caches(self, measure, threads=1):
        """The gateway, each peer that is installed, and what they ask; the others are noted as missing."""
        with contextlib.ExitStack() as stack:
            upstream = stack.enter_context(servers.upstream(self.upstream))
            programs = {GATEWAY: stack.enter_context(
                servers.gateway(self.gateway, upstream, threads, self.new_directory(stack)))}
            for name, program, start in peers.PEERS:
                if path := peers.path_of(program):
                    programs[name] = stack.enter_context(start(path, upstream, threads, self.new_directory(stack)))
                else:
                    measure.missing[name] = "not installed"
            yield programs | {UPSTREAM: upstream}

    @contextlib.contextmanager
    def all_programs(self, measure, threads=1, status=200):
        """The gateway, the bare programs with its answer, and the peers, all holding the job."""
        with self.caches(measure, threads) as programs, contextlib.ExitStack() as stack:
            del programs[UPSTREAM]
            for server in programs.values():
                self.answer(server)
            file = f"{self.new_directory(stack)}/answer"
            with open(file, "wb") as answer:
                answer.write(self.answer(programs[GATEWAY]))
            bare = [
                (name, stack.enter_context(servers.bare(self.bare, threads, file, str(status), *options)))
                for name, *options in [(BARE,), (PREBUILT, "prebuilt")]]
            yield {GATEWAY: programs.pop(GATEWAY)} | dict(bare) | programs

    @staticmethod
    def answer(server):
        """The answer about the job, head and content."""
        return subprocess.run(["curl", "-sSi", server.url(load.JOB)], check=True, capture_output=True).stdout

    def tag(self, server):
        head = self.answer(server).decode().splitlines()
        return next(line.split(": ")[1] for line in head if line.lower().startswith("etag:"))

    def new_directory(self, stack):
        directory = stack.enter_context(tempfile.TemporaryDirectory(dir=self.directory))
        os.chmod(directory, 0o711)
        return directory


MEASURES = {
    "hits": Comparison.hits,
    "hits-on-all-threads": lambda comparison: comparison.hits(servers.all_threads()),
    "conditional-hits": Comparison.conditional_hits,
    "populations": Comparison.populations,
    "misses": Comparison.misses,
    "single-misses": Comparison.single_misses,
    "latencies": Comparison.latencies,
}
