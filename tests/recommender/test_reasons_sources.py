"""Which scorers give the reasons of a course: those that did much for it, popularity as one."""

from __future__ import annotations

from functools import cache

import numpy as np

from features.dataset import Dataset
from features.past import past_courses
from recommender.advise import titles
from recommender.model import Model
from recommender.reasons import Facts, Reason, reasons
from recommender.scorers.contract import Part
from tests.builders import at, checkerboard

NOW = at("2025-06-01")
POPULAR = ("popularity", "lasting", "rising", "sequence", "content")


@cache
def popular() -> tuple[Dataset, Model]:
    board = checkerboard()
    return board, Model.fit(board, as_of=NOW, scorers=POPULAR)


def told_from(number: int = 0, **added: float) -> tuple[Reason, ...]:
    """Why a course of the checkerboard is shown, if scorers add so much to the hybrid's score."""
    board, model = popular()
    catalogue = model.catalogue(board, NOW)
    profile = model.profiles(board, NOW, catalogue, np.array([0]))
    facts = Facts(titles(board), past_courses(board, 0, NOW))
    sources = [Part("source", name, value) for name, value in added.items()]
    return reasons(model, profile, catalogue, number, facts, sources=sources)


def test_popularity_that_takes_back_more_than_it_adds_is_no_reason() -> None:
    found = told_from(lasting=-1.27, rising=1.0, popularity=0.1, sequence=0.2)

    assert found
    assert {reason.source for reason in found} == {"sequence"}


def test_where_popularity_counts_against_a_course_no_scorer_says_that_many_choose_it() -> None:
    bases = {r.code for number in range(12) for r in told_from(number, content=1.0)}
    against = {r.code for n in range(12) for r in told_from(n, content=1.0, lasting=-0.1)}

    assert "base" in bases
    assert against
    assert "base" not in against


def test_popularity_that_cancels_out_alone_tells_nothing() -> None:
    assert told_from(lasting=-1.0, rising=1.0) == ()


def test_the_form_of_popularity_that_adds_most_speaks_for_all_with_what_is_left() -> None:
    """What is left, 0.2, is less than half of what the order of courses adds."""
    told = {"lasting": -1.0, "rising": 0.7, "popularity": 0.5}

    assert {r.source for r in told_from(**told, sequence=0.5)} == {"sequence"}
    assert {r.source for r in told_from(**told, sequence=0.3)} == {"sequence", "rising"}
    assert told_from(**told, sequence=0.3)[0].source == "sequence"
    assert told_from(**told, sequence=0.1)[0].source == "rising"


def test_scorers_that_did_much_speak_in_turn() -> None:
    found = told_from(sequence=1.0, popularity=0.9, content=0.8)

    assert [reason.source for reason in found] == ["sequence", "popularity", "content"]


def test_a_scorer_that_did_little_does_not_speak() -> None:
    found = told_from(sequence=1.0, popularity=0.49)

    assert {reason.source for reason in found} == {"sequence"}
