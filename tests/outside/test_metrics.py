"""Whether a monitoring system reads what is counted: parsed by Prometheus' own client library."""

from __future__ import annotations

import pytest
from administrator import SOURCE, ended_runs, eventually, import_again
from conftest import Directory
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

# Names as Prometheus' parser gives them: without the `_total` of a counter. Each with the labels of its samples.
COUNTED = {
    "rollcall_build_info": ("gauge", {"version"}),
    "process_start_time_seconds": ("gauge", set()),
    "rollcall_runs": ("counter", {"source", "kind", "state"}),
    "rollcall_run_duration_seconds": ("histogram", {"source", "kind"}),
    "rollcall_requests": ("counter", {"source", "bucket", "origin", "outcome"}),
    "rollcall_throttles": ("counter", {"source", "bucket"}),
    "rollcall_throttle_seconds": ("counter", {"source", "bucket"}),
    "rollcall_rate_limit_waits": ("counter", {"source", "bucket"}),
    "rollcall_rate_limit_wait_seconds": ("counter", {"source", "bucket"}),
    "rollcall_pauses": ("counter", {"source"}),
    "rollcall_pause_seconds": ("counter", {"source"}),
    "rollcall_connector_calls": ("counter", {"source", "export"}),
    "rollcall_connector_call_seconds": ("counter", {"source", "export"}),
    "rollcall_connector_compute_seconds": ("counter", {"source", "export"}),
    "rollcall_connector_deaths": ("counter", {"source", "export"}),
    "rollcall_connector_memory_peak_bytes": ("gauge", {"source"}),
    "rollcall_inbox_events": ("gauge", {"source", "state"}),
    "rollcall_event_latency_seconds": ("histogram", {"source"}),
    "rollcall_event_handling_seconds": ("histogram", {"source"}),
    "rollcall_deliveries": ("counter", {"source", "outcome"}),
    "rollcall_source_stopped": ("gauge", {"source"}),
}


def metrics(directory: Directory, n_runs: int = 1) -> dict[str, Metric]:
    """What is counted, once so many runs are: it looks for those that ended a few times a second."""

    def read() -> dict[str, Metric] | None:
        answer = directory.administrator.program("read").get("/metrics").raise_for_status()
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        return families if n_runs <= sum(sample.value for sample in families["rollcall_runs"].samples) else None

    return eventually(f"{n_runs} runs are counted", read)


def value(families: dict[str, Metric], name: str, sample: str | None = None, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    chosen = [
        one.value
        for one in families[name].samples
        if one.name == (sample or one.name) and labels.items() <= one.labels.items()
    ]
    assert chosen, f"{name} has no sample with {labels}"
    return sum(chosen)


@pytest.fixture
def families(directory: Directory) -> dict[str, Metric]:
    return metrics(directory)


def test_everything_that_is_documented_is_counted_with_its_labels(families: dict[str, Metric]) -> None:
    of_buckets = {"le"}
    shown = {
        name: (family.type, set().union(*(sample.labels for sample in family.samples)) - of_buckets)
        for name, family in families.items()
    }
    assert shown == COUNTED


def test_names_have_the_unit_that_prometheus_wants_and_every_family_has_help(families: dict[str, Metric]) -> None:
    for name, family in families.items():
        assert family.documentation, name
        assert not name.endswith(("_ms", "_millis", "_kb", "_minutes")), name
        totals = {sample.name for sample in family.samples} if family.type == "counter" else set()
        assert totals <= {f"{name}_total"}, name


def test_the_buckets_of_a_histogram_never_fall_and_end_in_its_count(families: dict[str, Metric]) -> None:
    for name, family in families.items():
        if family.type != "histogram":
            continue
        series: dict[tuple, list[tuple[float, float]]] = {}
        for sample in family.samples:
            if sample.name == f"{name}_bucket":
                labels = tuple(sorted((key, text) for key, text in sample.labels.items() if key != "le"))
                series.setdefault(labels, []).append((float(sample.labels["le"]), sample.value))
        assert series, name
        for labels, buckets in series.items():
            assert buckets == sorted(buckets), name
            assert [n for _, n in buckets] == sorted(n for _, n in buckets), name
            assert buckets[-1] == (float("inf"), value(families, name, f"{name}_count", **dict(labels)))


def test_what_an_import_does_is_counted(own_directory: Directory) -> None:
    before = metrics(own_directory)
    assert value(before, "rollcall_runs", source=SOURCE, kind="full", state="succeeded") == 1
    assert 0 < value(before, "rollcall_requests", source=SOURCE, outcome="2xx")
    assert value(before, "rollcall_throttles", source=SOURCE, bucket="topapi/v2/user/list") == 1
    assert value(before, "rollcall_throttle_seconds", source=SOURCE, bucket="topapi/v2/user/list") == 1
    assert 0 < value(before, "rollcall_connector_calls", source=SOURCE)
    took_s = value(before, "rollcall_connector_call_seconds", source=SOURCE)
    assert 0 < value(before, "rollcall_connector_compute_seconds", source=SOURCE) < took_s
    assert 0 < value(before, "rollcall_connector_memory_peak_bytes", source=SOURCE)
    program = own_directory.administrator.program("manage")
    import_again(program)
    ended_runs(program, SOURCE, 2)
    after = metrics(own_directory, n_runs=2)
    assert value(after, "rollcall_runs", source=SOURCE, kind="full", state="succeeded") == 2
    assert value(before, "rollcall_requests") < value(after, "rollcall_requests")
