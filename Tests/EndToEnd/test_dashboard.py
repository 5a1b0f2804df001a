"""The dashboard of deploy/grafana: a document that Grafana takes, whose expressions Prometheus reads and answers."""

import itertools
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
import yaml

from conftest import UNLIMITED
from gateway import REPOSITORY, upstream_at
from metrics import families
from ports import held, is_open
from promtool import OF_PROMETHEUS, metrics_of, promtool
from timeouts import eventually

DASHBOARD = json.loads((REPOSITORY / "deploy/grafana/dashboard.json").read_text())
ROWS = ["Overview", "Traffic", "Freshness", "Calls to AWS", "Watchers", "Credentials", "Process"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
VARIABLES = {"$__rate_interval": "5m", "$job": ".*", "$instance": ".*"}


def expressions(variables=VARIABLES):
    """Those of the panels and of the annotations, with values in the place of the variables."""
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]]
    for expression in asked + [annotation["expr"] for annotation in DASHBOARD["annotations"]["list"]]:
        for name, value in variables.items():
            expression = expression.replace(name, value)
        yield expression


def test_each_panel_has_its_own_place_and_number():
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [cell for panel in DASHBOARD["panels"] for cell in cells(**panel["gridPos"])]
    assert len(set(places)) == len(places) and max(column for column, _ in places) < 24
    titles = [panel["title"] for panel in PANELS]
    assert len(set(titles)) == len(titles)
    assert [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"] == ROWS


def cells(x, y, w, h):
    return itertools.product(range(x, x + w), range(y, y + h))


def test_each_panel_says_what_it_shows_and_asks_the_chosen_source():
    for panel in PANELS:
        assert panel["description"].endswith(".") and panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert {json.dumps(source["datasource"]) for source in [panel, *panel["targets"]]} == {json.dumps(SOURCE)}
        letters = [target["refId"] for target in panel["targets"]]
        assert letters and len(set(letters)) == len(letters), panel["title"]


def test_the_variables_are_those_that_are_used():
    given = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert list(given) == ["datasource", "job", "instance"]
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD)))
    assert used == set(given) | {"__rate_interval"}
    for variable in (given["job"], given["instance"]):
        assert variable["datasource"] == SOURCE and variable["includeAll"] and variable["allValue"] == ".*"


def test_every_expression_is_of_the_chosen_replicas():
    for expression in expressions({}):
        selectors = re.findall(r"(\w+)(\{[^}]*\})?", expression)
        read = [labels for name, labels in selectors if name in metrics_of(expression)]
        assert all(labels.startswith('{job=~"$job",instance=~"$instance"') for labels in read), expression


def test_prometheus_reads_every_expression(tmp_path):
    rules = [{"record": f"expression:{number}", "expr": text} for number, text in enumerate(expressions())]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", tmp_path / "rules.yaml")


def test_every_metric_exists(gateway):
    shown = {sample.name for family in families(gateway).values() for sample in family.samples}
    read = set().union(*map(metrics_of, expressions()))
    assert len(read) > 40
    assert read - OF_PROMETHEUS - shown == set()


def test_rates_are_of_what_only_grows(gateway):
    """And what only grows is shown as a rate."""
    kind = {sample.name: family.type for family in families(gateway).values() for sample in family.samples}
    for expression in expressions():
        rated = set(re.findall(rf"\b(?:rate|increase)\((\w+)", expression))
        for name in metrics_of(expression) & set(kind):
            assert (kind[name] in ("counter", "histogram")) == (name in rated), expression


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="skipped: waits for Prometheus")
def test_prometheus_answers_every_expression(start, upstream, tmp_path):
    """All that is asked of a gateway in use has an answer, alerts and what is filtered by `> 0` aside."""
    end = (datetime.now(timezone.utc) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    gateway = start("serve", UNLIMITED, upstream_at(upstream.port) | {"AWS_CREDENTIAL_EXPIRATION": end})
    targets = [{"targets": [f"127.0.0.1:{gateway.admin_port}"]}]
    scrape = {"job_name": "gateway", "scrape_interval": "1s", "static_configs": targets}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump({"scrape_configs": [scrape]}))
    with held() as port:
        url = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
             f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: is_open(port), within=30)
            asked = [text for text in expressions(VARIABLES | {"$__rate_interval": "1m"})
                     if "ALERTS" not in text and "> 0" not in text]
            assert len(asked) > 50

            def unanswered():
                gateway.get("/jobs/fine-1")
                return [text for text in asked if not promtool("query", "instant", url, text).strip()]
            eventually(lambda: not unanswered(), within=60, every=1)
        finally:
            process.terminate()
            process.wait(30)
