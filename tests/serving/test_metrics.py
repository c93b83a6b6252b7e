"""What the service tells of itself: counted where it happens, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from serving.metrics import Metrics


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return samples(metrics.exposition().decode())


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_requests_are_counted_by_route_and_status_and_no_address_is_told(
    client: Callable[..., Any],
):
    watcher, platform = client("default", "metrics"), client()
    for teacher in ("nobody-1", "nobody-2"):
        platform.get(f"/v1/teachers/{teacher}")
    platform.get("/made-up/nobody-3")

    text = watcher.get("/metrics").text

    assert "nobody" not in text
    found = samples(text)
    route = {"method": "GET", "route": "/teachers/{teacher_id}", "status": "404"}
    assert found[key("zixuan_request_seconds_count", **route)] >= 2
    none = {"method": "GET", "route": "none", "status": "404"}
    assert found[key("zixuan_request_seconds_count", **none)] >= 1
    assert found[key("zixuan_requests_running")] == 1


def test_a_made_up_method_is_no_label_of_its_own():
    metrics = Metrics()
    metrics.begun()
    metrics.ended("BREW", "", 405, 0.1)

    labels = {"method": "other", "route": "none", "status": "405"}
    assert told(metrics)[key("zixuan_request_seconds_count", **labels)] == 1


def test_lists_are_counted_by_what_made_them():
    metrics = Metrics()
    metrics.listed("hybrid", degraded=False)
    metrics.listed("popularity", degraded=True)
    metrics.listed("popularity", degraded=True)

    found = told(metrics)
    assert found[key("zixuan_lists_total", source="hybrid", degraded="false")] == 1
    assert found[key("zixuan_lists_total", source="popularity", degraded="true")] == 2


def test_events_are_counted_by_what_became_of_them():
    metrics = Metrics()
    metrics.recorded("recorded", 3)
    metrics.recorded("known")

    found = told(metrics)
    assert found[key("zixuan_events_total", outcome="recorded")] == 3
    assert found[key("zixuan_events_total", outcome="known")] == 1


def test_one_version_answers_at_a_time():
    metrics = Metrics()
    for version in ("a", "b", "b"):
        metrics.serves(version)

    found = told(metrics)
    assert found[key("zixuan_model_loaded", version="a")] == 0
    assert found[key("zixuan_model_loaded", version="b")] == 1


@pytest.mark.parametrize("scopes", [("platform",), ("admin",)])
def test_who_may_not_watch_is_refused(client: Callable[..., Any], scopes: tuple[str, ...]):
    assert client("default", *scopes).get("/metrics").status_code == 403
