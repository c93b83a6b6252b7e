"""Stages and quotas of offerings, and measured levels of teachers, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from serving.store.tenants import find_tenant

STAGE = {"stage": 1, "starts_on": "2026-07-06", "ends_on": "2026-07-10"}
SECOND = {"stage": 2, "starts_on": "2026-10-01", "ends_on": "2026-10-02"}
SEATS = {"organisation_id": "county", "group": "all", "seats": 12}
STAGES, QUOTAS = "/v1/offerings/o1/stages", "/v1/offerings/o1/quotas"
DIAGNOSIS = "/v1/diagnoses/t1/B2"
EVALUATION = "/v1/evaluations/v1"
SAID = {"offering_id": "o1", "channel": "anonymous", "question": "pace", "value": 4.5}
MEASURE = {"diagnosed_at": "2026-02-01T00:00:00Z", "level": 2.5}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (STAGES, {"stages": []}),
        (STAGES, {"stages": [STAGE, STAGE]}),
        (STAGES, {"stages": [STAGE | {"ends_on": "2026-07-01"}]}),
        ("/v1/offerings/none/stages", {"stages": [STAGE]}),
        (QUOTAS, {"quotas": [SEATS | {"organisation_id": "none"}]}),
        (QUOTAS, {"quotas": [SEATS | {"seats": -1}]}),
        (DIAGNOSIS, {"measures": [MEASURE | {"level": 11}]}),
        (DIAGNOSIS, {"measures": [MEASURE | {"diagnosed_at": "2027-01-01T00:00:00Z"}]}),
        ("/v1/diagnoses/none/B2", {"measures": [MEASURE]}),
        (EVALUATION, SAID | {"offering_id": "none"}),
        (EVALUATION, SAID | {"channel": "rumour"}),
        (EVALUATION, SAID | {"answers": 0}),
        (EVALUATION, SAID | {"teacher_id": "t1"}),
        (EVALUATION, SAID | {"given_on": "2027-01-01"}),
    ],
)
def test_a_part_that_breaks_a_rule_is_refused(platform: Any, path: str, body: Any):
    assert platform.put(path, body).status_code == 422


def test_stages_are_put_whole_read_in_order_and_deleted(platform: Any):
    assert platform.get(STAGES).status_code == 404
    assert platform.put(STAGES, {"stages": [SECOND, STAGE]}).status_code == 201
    assert platform.get(STAGES).json() == {"offering_id": "o1", "stages": [STAGE, SECOND]}
    assert platform.put(STAGES, {"stages": [STAGE]}).json()["stages"] == [STAGE]
    assert platform.delete(STAGES).status_code == 204


def test_quotas_are_put_whole_and_read(platform: Any):
    platform.put("/v1/organisations/county", {"states": [{"kind": "county"}]})
    assert platform.put(QUOTAS, {"quotas": [SEATS]}).status_code == 201
    assert platform.get(QUOTAS).json()["quotas"] == [SEATS]
    assert platform.delete(QUOTAS).status_code == 204


def test_measured_levels_are_added_once(platform: Any):
    later = MEASURE | {"diagnosed_at": "2026-02-02T00:00:00Z", "level": 3.0}
    answers = [platform.post(DIAGNOSIS + "/measures", m) for m in (later, MEASURE, later)]
    assert [each.status_code for each in answers] == [201, 201, 200]
    assert platform.get(DIAGNOSIS).json()["measures"] == [MEASURE, later]
    another = platform.post(DIAGNOSIS + "/measures", later | {"level": 1.0})
    assert another.status_code == 409
    listed = platform.get("/v1/diagnoses?teacher_id=t1&competency=B2").json()["items"]
    assert [each["competency"] for each in listed] == ["B2"]
    assert platform.delete(DIAGNOSIS).status_code == 204


def test_an_evaluation_is_of_an_offering_and_makes_no_list_anew(platform: Any, app: Any):
    def version() -> int:
        with app.state.service.store.reading() as connection:
            return find_tenant(connection, "default").catalogue_version

    before = version()
    assert platform.put(EVALUATION, SAID).status_code == 201
    assert platform.put("/v1/evaluations/v2", SAID | {"channel": "expert"}).status_code == 201
    assert version() == before
    listed = platform.get("/v1/evaluations?offering_id=o1&channel=anonymous").json()["items"]
    assert listed == [{"evaluation_id": "v1", **SAID}]
    assert platform.delete("/v1/offerings/o1").status_code == 409
    for name in ("v1", "v2"):
        assert platform.delete(f"/v1/evaluations/{name}").status_code == 204
