"""The metrics page, read by Prometheus's own parser."""

from prometheus_client.parser import text_string_to_metric_families


def families(gateway):
    answer = gateway.ask_admin("/metrics")
    assert answer.status == 200
    return {family.name: family for family in text_string_to_metric_families(answer.body.decode())}


def metric(gateway, name, **labels):
    """The sum of the samples with this name that have these labels; there must be one."""
    samples = [sample for family in families(gateway).values() for sample in family.samples if sample.name == name]
    values = [sample.value for sample in samples if labels.items() <= sample.labels.items()]
    assert values, f"no sample of {name} with {labels}"
    return sum(values)
