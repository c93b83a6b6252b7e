"""What an evaluation tells: figures by group, paired leads, pooling, JSON and the table."""

import io
import json
import math

import numpy as np
import pytest
from rich.console import Console

from features.errors import InvalidSetting
from training.bootstrap import DRAWS
from training.evaluation import GROUPS, PREFERRED, Evaluation, pooled
from training.evaluation_table import evaluation_table

VALUES = {
    "popularity": [0.2, 0.4, 0.6, 0.8],
    "content": [0.9, 0.1, 0.5, 0.3],
    "hybrid": [0.3, 0.5, 0.7, 0.9],
}


def evaluation(
    preferred=(0, 0, 0, 0), models=tuple(VALUES), cold=(False, False, False, True), **more
):
    return Evaluation(
        facts={"split": "time:0.8"},
        seed=0,
        models=models,
        metrics=("ndcg@10",),
        teachers=np.array([2, 3, 5, 7]),
        cold=np.array(cold),
        values=np.array([VALUES[name] for name in models]).T[:, :, None],
        coverage={name: 0.5 for name in models},
        preferred=np.array(preferred),
        **more,
    )


def figure(rows, **wanted):
    (found,) = [r.figure for r in rows if all(getattr(r, k) == v for k, v in wanted.items())]
    return found


def test_without_the_hybrid_there_is_nothing_to_compare():
    assert evaluation(models=("popularity", "content")).differences() == []


def test_a_preferred_part_that_was_not_evaluated_has_no_lead():
    rows = evaluation(preferred=(-1, -1, -1, -1)).differences()
    assert {row.against for row in rows} == {"popularity", "content"}


def test_a_group_without_teachers_has_no_figure():
    rows = evaluation(cold=(False,) * 4).rows()
    assert math.isnan(figure(rows, model="hybrid", group="cold").mean)
    assert figure(rows, model="hybrid", group="cold").teachers == 0


def test_warm_and_cold_teachers_are_told_apart():
    rows = evaluation().rows()
    assert figure(rows, model="hybrid", group="all").mean == pytest.approx(
        (0.3 + 0.5 + 0.7 + 0.9) / 4
    )
    assert figure(rows, model="hybrid", group="warm").mean == pytest.approx((0.3 + 0.5 + 0.7) / 3)
    assert figure(rows, model="hybrid", group="cold").mean == 0.9


def test_a_lead_is_paired_by_teacher_so_a_constant_one_has_no_width():
    lead = figure(evaluation().differences(), against="popularity", group="all")
    assert (lead.low, lead.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_the_lead_over_the_preferred_part_follows_each_rows_own_preference():
    rows = evaluation(preferred=(0, 1, 1, 0)).differences()
    lead = figure(rows, against=PREFERRED, group="all")
    assert lead.mean == pytest.approx((0.1 + (0.5 - 0.1) + (0.7 - 0.5) + 0.1) / 4)


def test_the_preferred_parts_are_named_once_each():
    assert evaluation(preferred=(0, 1, 1, 0)).preferred_parts == "popularity/content"
    assert evaluation(preferred=(-1, -1, -1, -1)).preferred_parts == ""


def test_a_model_that_was_not_evaluated_cannot_be_compared():
    with pytest.raises(InvalidSetting, match="two of popularity, content, hybrid, got oracle"):
        evaluation().lead("content", "oracle")


def test_any_two_models_are_compared_and_the_other_way_round_it_is_the_opposite():
    one = evaluation().lead("content", "popularity")
    other = evaluation().lead("popularity", "content")
    assert [(row.group, row.metric) for row in one] == [(g, "ndcg@10") for g in GROUPS]
    mean = (0.7 - 0.3 - 0.1 - 0.5) / 4
    assert one[0].figure.mean == pytest.approx(mean)
    assert (other[0].figure.mean, other[0].figure.low) == pytest.approx(
        (-mean, -one[0].figure.high)
    )
    assert one[0].p == other[0].p > 0.05


def test_a_sure_lead_has_the_smallest_p_and_no_lead_has_one():
    sure = figure(evaluation().differences(), against="popularity", group="all")
    lead = evaluation().lead("hybrid", "popularity")[0]
    assert lead.figure == sure
    assert lead.p == 2 / (1 + DRAWS)
    assert evaluation().lead("hybrid", "hybrid")[0].p == 1


def test_groups_have_figures_of_their_own_and_the_unknown_are_in_none():
    found = evaluation(groups={"phase": np.array(["primary", "", "primary", "junior"])})
    rows = found.by_group()
    assert {row.group for row in rows} == {
        "history=warm",
        "history=cold",
        "phase=primary",
        "phase=junior",
    }
    primary = figure(rows, model="content", group="phase=primary")
    assert (primary.mean, primary.teachers) == (pytest.approx((0.9 + 0.5) / 2), 2)
    assert found.gaps() == [], "no group is large enough to be compared"


def test_pooling_joins_groups_and_knows_none_where_none_was_known():
    one, other = evaluation(groups={"phase": np.array(["primary"] * 4)}), evaluation()
    assert pooled([one, other]).groups["phase"].tolist() == ["primary"] * 4 + [""] * 4


def test_pooling_counts_a_teacher_once_however_many_moments_judge_it():
    one = evaluation()
    both = pooled([one, one])
    alone, together = (figure(each.rows(), model="content", group="all") for each in (one, both))
    assert together.teachers == 4
    assert together.low == pytest.approx(alone.low)
    assert together.high == pytest.approx(alone.high)
    assert both.facts == {"pooled": [{"split": "time:0.8"}] * 2}


def test_json_holds_facts_figures_and_leads_and_null_for_what_is_no_number():
    document = json.loads(evaluation(cold=(False,) * 4).to_json())
    assert document["split"] == "time:0.8"
    assert document["judged"] == 4
    cold = [f for f in document["figures"] if f["group"] == "cold"]
    assert cold[0]["mean"] is None
    assert {d["against"] for d in document["differences"]} == {"popularity", "content", PREFERRED}


def test_the_table_names_every_model_group_and_interval():
    console = Console(width=100, record=True, file=io.StringIO())
    found = evaluation()
    rows = [*found.rows(), *found.differences()]
    console.print(evaluation_table(rows, ["ndcg@10"], "title", found.preferred_parts))
    text = console.export_text()
    named = ("hybrid - popularity", "hybrid - preferred (popularity)")
    for wanted in ("4 all", "3 warm", "1 cold", *named, "[0.1000, 0.1000]"):
        assert wanted in text
