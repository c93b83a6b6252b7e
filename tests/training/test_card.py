"""The model card: what it tells, in both languages, and whom it does not name."""

import json
import re

import pytest

from features.errors import InvalidSetting
from recommender.scorers.stages import COLD, NEW, WARM
from tests.builders import checkerboard
from training.card import Card
from training.card_words import ETHICS, FACTS, HEADINGS, LIMITS, NOT_FOR, PURPOSE, STAGES
from training.record import FIGURES, REPORT, record_of
from training.settings import settings
from training.split import parse
from training.train import judged, train

SCORERS = ["popularity", "sequence"]


def fit(dataset, *, until):
    return train(dataset, until=until, scorers=SCORERS)


@pytest.fixture(scope="module")
def board():
    return checkerboard(80, 24)


@pytest.fixture(scope="module")
def evaluation(board):
    return judged(board, parse("time:0.6"), fit)


@pytest.fixture(scope="module")
def model(board):
    return fit(board, until=None)


@pytest.fixture(scope="module")
def card(model, board, evaluation):
    return Card.of(model, dataset=board, evaluation=evaluation, seed=3)


@pytest.mark.parametrize("text", ["", "[]", '{"model": {}}'])
def test_what_is_no_card_is_not_read_as_one(text):
    with pytest.raises(InvalidSetting, match="JSON of a card"):
        Card.from_json(text)


def test_a_card_names_no_teacher(card, board):
    for told in (card.to_json(), card.to_markdown()):
        assert not re.search(r"\bt\d\d\b", told)
    assert "t00" in board.teachers


def test_a_card_counts_what_was_known_before_the_training_ended(board):
    until = board.log.end - (board.log.end - board.table("events")["occurred_at"].min()) / 2
    known = board.log.before(until)
    data = Card.of(fit(board, until=until), dataset=board).facts["data"]
    assert data["events"] == len(known) < len(board.log)
    assert data["last_event"] < until.isoformat()
    assert data["hash"] == board.content_hash
    assert (data["teachers"], data["courses"]) == (80, 24)


def test_a_card_has_figures_with_intervals_groups_and_gaps(card, evaluation):
    told = card.to_markdown()
    row = next(
        row
        for row in evaluation.rows()
        if (row.model, row.group, row.metric) == ("hybrid", "all", "ndcg@10")
    )
    assert f"{row.figure.mean:.4f} [{row.figure.low:.4f}, {row.figure.high:.4f}]" in told
    assert "school phase 学段: primary 小学" in told
    assert "time:0.6" in told
    assert card.facts["evaluation"]["gaps"]


def test_every_section_has_a_heading_in_both_languages(card):
    headings = re.findall(r"^#+ (.*)", card.to_markdown(), re.MULTILINE)
    told = [f"{english} {chinese}" for english, chinese in HEADINGS.values()]
    assert headings[0].startswith(told[0])
    assert headings[1:] == told[1:]


def test_every_text_is_there_in_both_languages(card):
    told = card.to_markdown()
    for english, chinese in (*PURPOSE, *NOT_FOR, *LIMITS, *ETHICS):
        assert english in told
        assert chinese in told
    for english, chinese in (*FACTS.values(), *HEADINGS.values()):
        assert re.search("[a-z]", english)
        assert re.search("[\u4e00-\u9fff]", chinese)


def test_a_card_says_what_ships(card, model):
    told = card.to_markdown()
    for group, weights in model.hybrid.weights_.items():
        whom = STAGES[group][0]
        (line,) = [each for each in told.splitlines() if f"or {whom} " in each.replace(":", " ")]
        assert all(part in line for part in weights)
    assert f"validation preferred {model.hybrid.preferred_}" in told


def ships(card, weights, found):
    """What a card tells of one stage, in both languages."""
    facts = {**card.facts, "weights": {"warm": weights}, "found": {"warm": found} if found else {}}
    return Card(facts).to_markdown()


def test_a_card_of_equal_weights_that_nobody_could_judge_says_so(card):
    told = ships(card, {"content": 1.0, "popularity": 1.0}, None)

    assert "For warm teachers these scorers ship with equal weights, for nobody could judge" in told
    assert "无从评判：content, popularity" in told
    assert "surely worse" not in told
    assert "validation preferred" not in told


def test_a_card_of_scorers_that_count_alike_says_that_none_was_surely_worse(card):
    told = ships(card, {"content": 1.0, "popularity": 1.0}, {"teachers": 99.0})

    assert "fused with equal weights" in told
    assert "none of them was surely worse than the best" in told
    assert "它们都不明确差于最好的一个" in told
    assert "nobody could judge" not in told


def test_a_card_of_learned_weights_tells_them_with_their_signs(card):
    told = ships(card, {"content": 1.5, "popularity": -0.5}, {"teachers": 99.0})

    assert "For warm teachers a learned blend ships" in told
    assert "content 1.5, popularity -0.5" in told
    assert "明显好于等权融合" in told


def test_a_card_tells_teachers_from_new_courses(card):
    """The order among new courses is a stage of the hybrid as teachers' lists are."""
    weights = {"new": {"content": 1.0}, "warm": {"content": 1.0, "popularity": 0.5}}
    found = dict.fromkeys(weights, {"teachers": 99.0})
    told = Card({**card.facts, "weights": weights, "found": found}).to_markdown()

    assert STAGES.keys() == {WARM, COLD, NEW}
    assert "content ships alone for new courses:" in told
    assert "every other scorer was surely worse" in told
    assert "对新课程只使用 content" in told
    assert "For warm teachers a learned blend ships" in told


def test_a_card_gives_no_reason_where_there_was_no_choice(board):
    told = Card.of(train(board, scorers=["popularity"])).to_markdown()
    assert "popularity is the only scorer." in told
    assert "on validation" not in told


def test_a_card_of_an_artifact_alone_says_what_it_does_not_know(model):
    told = Card.of(model).to_markdown()
    assert "not judged" in told
    assert "未经评估" in told
    assert "Only the artifact is at hand" in told
    assert model.data_hash in told


def test_a_card_reads_back_from_its_json(card):
    assert Card.from_json(card.to_json()).to_markdown() == card.to_markdown()


def test_the_record_of_a_training_keeps_parameters_figures_card_and_report(
    model, board, evaluation, card
):
    record = record_of(model, seed=3, seconds=1.5, dataset=board, evaluation=evaluation)
    assert record.parameters["split"] == "time:0.6"
    assert record.parameters["data_hash"] == board.content_hash
    assert record.parameters["popularity.half_life"] > 0
    assert {*settings(model)} < {*record.parameters}
    assert record.metrics["train_seconds"] == 1.5
    for end in ("", ".low", ".high"):
        assert 0 <= record.metrics[f"hybrid.ndcg@10{end}"] <= 1
        assert 0 <= record.metrics[f"hybrid.ndcg@10.phase=primary{end}"] <= 1
        assert 0 <= record.metrics[f"hybrid.ndcg@10.gap.phase{end}"] <= 1
    assert record.texts["card.md"] == card.to_markdown()
    assert record.texts["card.json"] == card.to_json()
    assert json.loads(record.texts[FIGURES])["judged"] == len(evaluation.teachers)
    assert "<svg" in record.texts[REPORT] or "<img" in record.texts[REPORT]


def test_a_training_that_was_not_judged_is_recorded_without_figures(model):
    record = record_of(model, seed=0, seconds=1.0)
    assert record.metrics == {"train_seconds": 1.0}
    assert {*record.texts} == {"card.json", "card.md"}


def test_judging_sees_nothing_from_the_moment_on_until_which_is_trained(board):
    until = board.log.end - (board.log.end - board.table("events")["occurred_at"].min()) / 2
    found = judged(board, parse("time:0.6"), fit, until=until)
    assert found.facts["cut"] < until.isoformat()
    later = judged(board, parse("time:0.6"), fit)
    assert found.facts["choices_out_of_reach"] is not None
    assert later.facts["cut"] > found.facts["cut"]
