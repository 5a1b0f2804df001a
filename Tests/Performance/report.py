"""Tables of medians and ratios, in Markdown."""

import statistics


class Rates:
    """Answers a second of several programs, round by round, the gateway's first, and the processor time of each answer.

    The time is the better measure of a program: the load generator may be what keeps a fast one from being faster.
    """

    def __init__(self, title):
        self.title = title
        self.rates, self.times = {}, {}
        self.missing = {}
        self.note = ""

    def add(self, name, rate, microseconds):
        self.rates.setdefault(name, []).append(rate)
        self.times.setdefault(name, []).append(microseconds)

    def ratios(self, name):
        """The gateway's rate as a multiple of this program's."""
        return quotients(next(iter(self.rates.values())), self.rates[name])

    def table(self):
        head = [self.title, "answers/s", "gateway ÷ it", "CPU µs an answer", "it ÷ gateway"]
        rows = [[name, *self.row(name, number == 0)] for number, name in enumerate(self.rates)]
        return markdown(head, rows + missing(self.missing, 4)) + self.note

    def row(self, name, is_gateway):
        rate, time = statistics.median(self.rates[name]), statistics.median(self.times[name])
        ours = next(iter(self.times.values()))
        return [
            f"{rate:,.0f}", "" if is_gateway else spread(self.ratios(name), 2),
            f"{time:.1f}", "" if is_gateway else spread(quotients(self.times[name], ours), 2)]


class Times:
    """Medians of microseconds, and how much they are above the last program's, which does no more than answer."""

    def __init__(self, title):
        self.title = title
        self.rounds = {}
        self.missing = {}

    def add(self, name, microseconds):
        self.rounds.setdefault(name, []).append(microseconds)

    def table(self):
        least = list(self.rounds.values())[-1]
        rows = [
            [name, spread(rounds), spread([one - other for one, other in zip(rounds, least)]) if rounds != least else ""]
            for name, rounds in self.rounds.items()]
        return markdown([self.title, "µs", "added"], rows + missing(self.missing, 2))


class Latencies:
    """Percentiles of microseconds at a fixed rate."""

    def __init__(self, rate):
        self.rate = rate
        self.rounds = {}
        self.missing = {}

    def add(self, name, percentiles):
        self.rounds.setdefault(name, []).append(percentiles)

    def table(self):
        rows = [[name, *self.row(rounds)] for name, rounds in self.rounds.items()]
        head = [f"latency of hits at {self.rate:,}/s, in µs", "p50", "p99", "p99.9"]
        return markdown(head, rows + missing(self.missing, 3))

    def row(self, rounds):
        kept = [percentiles for percentiles in rounds if percentiles]
        if len(kept) < len(rounds):
            return [f"did not keep up in {len(rounds) - len(kept)} of {len(rounds)} rounds", "", ""]
        return [spread(values) for values in zip(*kept)]


def quotients(ones, others):
    return [one / other for one, other in zip(ones, others)]


def spread(values, digits=0):
    """The median, and the least and the most."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def missing(reasons, columns):
    return [[name, f"missing: {reason}", *[""] * (columns - 1)] for name, reason in reasons.items()]


def markdown(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
