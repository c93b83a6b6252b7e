"""The report holds every figure, fetches nothing, and shows what data says as text."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from training.bootstrap import Figure
from training.evaluation import Evaluation, pooled
from training.plots import Point, intervals, scatter
from training.report import report

N = 80
SVG = re.compile("<svg.*?</svg>", re.DOTALL)


def evaluation(models: tuple[str, ...] = ("popularity", "hybrid"), **more: object) -> Evaluation:
    values = np.random.default_rng(0).random((N, len(models), 3))
    values[:3, :, 2] = np.nan
    about = {
        "facts": {"split": "time:0.8", "cut": "2025-06-01", "train_seconds": 1.23456},
        "groups": {"locality": np.resize(["rural", "urban"], N)},
        "gini": dict.fromkeys(models, 0.25),
        **more,
    }
    return Evaluation(
        seed=0,
        models=models,
        metrics=("ndcg@10", "recall@10", "novelty@10"),
        teachers=np.arange(N),
        cold=np.arange(N) % 4 == 0,
        values=values,
        coverage=dict.fromkeys(models, 0.5),
        preferred=np.zeros(N, int),
        **about,
    )


def test_what_data_says_is_shown_as_text_and_never_as_markup() -> None:
    odd = "<script>alert(1)</script>"
    page = report(
        evaluation(
            (odd, "hybrid"),
            facts={"split": odd, odd: odd},
            groups={odd: np.resize([odd, "<img src=x>"], N)},
        ),
        odd,
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_nothing_is_fetched_or_run() -> None:
    page = report(evaluation(), "county")
    assert "default-src 'none'" in page
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert re.findall(r"url\((?!#)|@import|<link|<script", page) == []


def test_dollar_signs_in_data_are_no_formula_and_chinese_stays_text() -> None:
    figure = {"$x_1$ 乡村": Figure(0.5, 0.4, 0.6, 9)}
    drawing = intervals("排序", {"": figure})
    texts = [each.text for each in ElementTree.fromstring(drawing).iter() if each.text]
    assert "$x_1$ 乡村" in texts
    assert 'aria-label="排序"' in drawing


def test_the_page_holds_all_models_groups_leads_and_facts() -> None:
    page = report(evaluation(), "county")
    for wanted in (
        "county: time:0.8",
        "hybrid − …, ndcg@10 排序质量",
        "rural 乡村 (40)",
        "cold 无学习历史",
        "by chance 随机",
        "1.23",
        "0.250",
    ):
        assert wanted in page, wanted


def test_every_plot_is_sound_and_told_in_words() -> None:
    drawings = SVG.findall(report(evaluation(), "county"))
    # Two of figures, two of leads, two groupings, one of right and new.
    assert len(drawings) == 7
    for drawing in drawings:
        assert ElementTree.fromstring(drawing).attrib["aria-label"]


@pytest.mark.parametrize(
    "found",
    [
        evaluation(("content",)),
        evaluation(("content", "popularity")),
        evaluation(groups={}, gini={}),
        evaluation(groups={"phase": np.full(N, "")}),
        pooled([evaluation(), evaluation()]),
    ],
    ids=["one model", "no hybrid", "no groups", "unknown groups", "two moments"],
)
def test_a_page_is_made_of_whatever_is_known(found: Evaluation) -> None:
    page = report(found, "county")
    assert "time:0.8" in page
    assert "nan" not in page


def test_a_plot_without_any_point_is_empty_and_sound() -> None:
    nothing = float("nan")
    assert (
        ElementTree.fromstring(scatter("t", [Point("a", nothing, 1.0, 0.5)], "x", "y")) is not None
    )
    figure = Figure(nothing, nothing, nothing, 0)
    assert ElementTree.fromstring(intervals("t", {"": {"a": figure}})) is not None


def test_the_same_evaluation_gives_the_same_page_and_changes_no_setting() -> None:
    before = dict(mpl.rcParams)
    assert report(evaluation(), "county") == report(evaluation(), "county")
    assert dict(mpl.rcParams) == before


def test_the_drawing_library_is_read_only_to_draw() -> None:
    program = "import sys, training.report; print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (found.stdout.strip(), found.stderr) == ("False", "")
