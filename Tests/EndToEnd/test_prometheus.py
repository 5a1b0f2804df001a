"""The rules of deploy/prometheus: valid, each alert with cases in which it fires and does not, and with its runbook."""

import re

import pytest
import yaml

from gateway import REPOSITORY
from metrics import families
from promtool import OF_PROMETHEUS, RULES, alerts, metrics_of, promtool

CASES = REPOSITORY / "Tests/Prometheus/alerts.yaml"
RUNBOOK = "deploy/OPERATIONS.md"
PARTS = ["Means", "Clients", "Look", "Do"]
COMMANDS = ("transcribe-gateway ", "ulimit ")


def test_the_rules_are_valid():
    assert f"{len(alerts())} rules found" in promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)


def test_each_alert_fires_when_it_should_and_not_before():
    promtool("test", "rules", CASES)


def test_each_alert_has_cases_of_both_kinds():
    cases = [case for group in yaml.safe_load(CASES.read_text())["tests"] for case in group["alert_rule_test"]]
    for fires in (True, False):
        assert {case["alertname"] for case in cases if bool(case["exp_alerts"]) == fires} == set(alerts())


@pytest.mark.parametrize("part, mistake", [
    ("for", lambda _: "0s"),
    ("for", lambda duration: f"{3 * int(duration[:-1])}{duration[-1]}"),
], ids=["at once", "late"])
def test_the_cases_notice_a_mistake_in_any_alert(tmp_path, part, mistake):
    rules = yaml.safe_load(RULES.read_text())
    for rule in rules["groups"][0]["rules"]:
        rule[part] = mistake(rule[part])
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    cases = yaml.safe_load(CASES.read_text()) | {"rule_files": ["rules.yaml"]}
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(cases))
    said = promtool("test", "rules", tmp_path / "cases.yaml", succeeds=False)
    assert set(re.findall(r"alertname: (\w+), time", said)) == set(alerts())


def sections():
    """The parts of each alert's section in the runbook, by its name and theirs."""
    page = (REPOSITORY / RUNBOOK).read_text().split("\n## Alerts\n")[1].split("\n## ")[0]
    found = [section.partition("\n") for section in page.split("\n### ")[1:]]
    return {name: dict(re.findall(r"(?ms)^- (\w+): (.+?)(?=^- |\Z)", text)) for name, _, text in found}


def test_each_alert_has_its_section_in_the_runbook():
    assert {name: list(parts) for name, parts in sections().items()} == dict.fromkeys(alerts(), PARTS)
    for name, alert in alerts().items():
        assert alert["annotations"]["runbook"] == f"{RUNBOOK}#{name.lower()}"
        assert alert["labels"]["severity"] in ("critical", "warning", "info") and alert["annotations"]["summary"]


def test_the_runbook_names_metrics_that_exist(gateway):
    shown = {word for family in families(gateway).values() for sample in family.samples
             for word in (family.name, sample.name, *sample.labels.values())}
    named = {token for parts in sections().values() for text in parts.values()
             for token in re.findall(r"`([a-z]+(?:_[a-z]+)+)(?:\{[^`]*\})?`", text)}
    assert len(named) > 20
    assert {name for name in named if not {name, f"transcribe_gateway_{name}"} & shown} == set()


def test_the_runbook_quotes_lines_of_the_log():
    """As the sources have them, where a long line is continued after a backslash."""
    sources = "".join(path.read_text() for path in (REPOSITORY / "Sources").rglob("*.swift"))
    sources = re.sub(r"\\\n\s*", "", sources)
    texts = [text for parts in sections().values() for part in parts.values() for text in re.findall("`([^`]+)`", part)]
    quoted = {" ".join(text.split()) for text in texts if " " in text and not text.startswith(COMMANDS)}
    assert len(quoted) >= 4 and [text for text in quoted if f'"{text}' not in sources and f" {text}" not in sources] == []


def test_the_rules_read_metrics_that_exist(gateway):
    shown = {sample.name for family in families(gateway).values() for sample in family.samples}
    read = set().union(*[metrics_of(alert["expr"]) for alert in alerts().values()])
    assert len(read) > 20
    assert read - OF_PROMETHEUS - shown == set()


def test_the_rules_name_values_of_labels_that_exist(gateway):
    values = {(label, value) for family in families(gateway).values() for sample in family.samples
              for label, value in sample.labels.items()}
    for alert in alerts().values():
        for label, sign, value in re.findall(r'(\w+)(=~?)"([^"]*)"', alert["expr"]):
            for pattern in value.split("|") if sign == "=~" else [re.escape(value)]:
                assert any(label == name and re.fullmatch(pattern, text) for name, text in values), (label, value)
