"""promtool, the checker that Prometheus brings, and what the rules of deploy/prometheus say."""

import re
import subprocess

import yaml

from gateway import REPOSITORY

RULES = REPOSITORY / "deploy/prometheus/rules.yaml"
# What a replica does not have itself: Prometheus's own series of each target.
OF_PROMETHEUS = {"up"}
METRIC = r"\b(?:transcribe_gateway|telemetry|process)_[a-z_]+|\bup\b"


def promtool(*words, given=None, succeeds=True):
    """What it prints; by default it must find nothing wrong."""
    result = subprocess.run(["promtool", *words], input=given, capture_output=True, text=True, timeout=60)
    said = result.stdout + result.stderr
    assert (result.returncode == 0) == succeeds, said
    return said


def alerts():
    """The rules by the name of their alert."""
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def metrics_of(expression):
    """The names of the series that the expression reads."""
    without_texts = re.sub(r'"[^"]*"', '""', re.sub(r"\b(by|on|without|ignoring) \([^)]*\)", "", expression))
    return set(re.findall(METRIC, without_texts))
