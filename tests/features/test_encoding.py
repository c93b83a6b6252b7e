"""Words, texts and numbers become named columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.encoding import TextEncoder, WordEncoder, binned, quantile_edges
from features.fitted import Fitted

SUBJECTS = pd.DataFrame({"subjects": ["chinese;history", "history", None, ""]})


def test_ngrams_and_weights_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="2 n-grams"):
        TextEncoder.from_fitted(Fitted({"idf": np.ones(3)}, {"ngrams": ["ab", "bc"]}))


def test_a_list_cell_marks_each_of_its_words() -> None:
    encoder = WordEncoder.fit(SUBJECTS)

    assert encoder.names == ("subjects=chinese", "subjects=history")
    assert encoder.transform(SUBJECTS).toarray().tolist() == [[1, 1], [0, 1], [0, 0], [0, 0]]


def test_a_word_unseen_in_fitting_marks_nothing() -> None:
    unseen = pd.DataFrame({"subjects": ["physics;history"]})

    assert WordEncoder.fit(SUBJECTS).transform(unseen).toarray().tolist() == [[0, 1]]


def test_a_column_that_is_not_there_marks_nothing() -> None:
    encoded = WordEncoder.fit(SUBJECTS).transform(pd.DataFrame(index=range(2)))

    assert encoded.toarray().tolist() == [[0, 0], [0, 0]]


def test_a_word_that_too_few_rows_hold_is_left_out() -> None:
    assert WordEncoder.fit(SUBJECTS, min_rows=2).names == ("subjects=history",)


def test_rows_without_any_column_have_no_features() -> None:
    empty = pd.DataFrame({"subjects": pd.Series([None, None], dtype="str")})

    assert WordEncoder.fit(empty).transform(empty).shape == (2, 0)


cells = st.lists(st.sampled_from(["a", "b", "c", "国文"]), max_size=3).map(";".join)


@settings(max_examples=40)
@given(st.lists(cells, min_size=1, max_size=8), st.lists(cells, min_size=1, max_size=8))
def test_marks_agree_with_asking_cell_by_cell(told: list[str], asked: list[str]) -> None:
    encoder = WordEncoder.fit(pd.DataFrame({"list": pd.Series(told, dtype="str")}))
    marks = encoder.transform(pd.DataFrame({"list": pd.Series(asked, dtype="str")}))

    known = sorted({word for cell in told for word in cell.split(";") if word})
    slow = [[float(word in cell.split(";")) for word in known] for cell in asked]
    assert marks.toarray().tolist() == slow


def test_texts_need_no_word_boundaries() -> None:
    texts = pd.Series(["整本书阅读教学", "整本书阅读指导", "实验室安全"])
    encoded = TextEncoder.fit(texts).transform(texts).toarray()

    assert encoded[0] @ encoded[1] > 0.3 > encoded[0] @ encoded[2]


@pytest.mark.parametrize("texts", [[], [None, None], ["", "  "]])
def test_no_text_at_all_gives_no_columns(texts: list[str | None]) -> None:
    encoder = TextEncoder.fit(pd.Series(texts, dtype="str"))

    assert encoder.transform(pd.Series(["阅读"], dtype="str")).shape == (1, 0)


def test_texts_that_share_no_ngram_are_still_read() -> None:
    assert TextEncoder.fit(pd.Series(["abc", "xyz"])).ngrams


def test_encoders_read_back_encode_the_same() -> None:
    texts = pd.Series(["整本书阅读教学", "整本书阅读指导"])
    words, text = WordEncoder.fit(SUBJECTS), TextEncoder.fit(texts)

    assert WordEncoder.from_fitted(words.to_fitted()) == words
    again = TextEncoder.from_fitted(text.to_fitted())
    assert (again.transform(texts) != text.transform(texts)).nnz == 0


def test_a_number_falls_into_the_interval_that_begins_with_it() -> None:
    numbers = pd.Series([0.9, 1.0, 3.0, 99.0, None])

    assert binned(numbers, [1, 3]).fillna("missing").tolist() == [
        "<1",
        "1-3",
        ">=3",
        ">=3",
        "missing",
    ]


def test_numbers_that_are_all_missing_have_no_edges() -> None:
    assert quantile_edges(pd.Series([None, None], dtype="float64")) == []


def test_numbers_that_are_all_the_same_have_one_edge() -> None:
    assert quantile_edges(pd.Series([4.0, 4.0])) == [4.0]
