"""Metrics as Prometheus reads them."""

from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

Samples = Callable[..., float]


def read(text: str) -> Samples:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def of(name: str, **labels: str) -> float:
        found = [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]
        return sum(found)

    return of
