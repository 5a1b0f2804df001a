"""The metrics page, read by Prometheus's own parser."""

from prometheus_client.parser import text_string_to_metric_families


def families(gateway):
    answer = gateway.ask_admin("/metrics")
    assert answer.status == 200
    return {family.name: family for family in text_string_to_metric_families(answer.body.decode())}


def metric(gateway, name, **labels):
    """The value of the one sample with this name and these labels."""
    samples = [sample for family in families(gateway).values() for sample in family.samples]
    (value,) = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
    return value
