"""From a frame's columns to named 0/1 and text features, with scikit-learn and no pickle.

A category is a list of one word and a binned number is a category, so one encoder, scikit-learn's
``CountVectorizer`` over a fixed vocabulary, serves them all; text is ``TfidfVectorizer`` over
character n-grams, which need no word boundaries and so work for Chinese.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import normalize

from features.declaration import LIST_SEPARATOR
from features.fitted import Fitted

TEXT_NGRAMS = (2, 4)
TEXT_VOCABULARY = 20_000


def items(cell: str) -> list[str]:
    """Split a list cell into its words; a category is a list of one.

    >>> items("chinese;history")
    ['chinese', 'history']
    """
    return [word for word in cell.split(LIST_SEPARATOR) if word]


@dataclass(frozen=True, slots=True)
class WordEncoder:
    """Marks which words of each column a row holds; words unseen in fitting are ignored.

    Parameters
    ----------
    vocabularies
        Column -> its words in order; the features are named ``column=word``.
    numbers
        Column and word -> the number of the feature.
    """

    vocabularies: Mapping[str, tuple[str, ...]]
    numbers: Mapping[tuple[str, str], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = ((column, word) for column, words in self.vocabularies.items() for word in words)
        numbers = {pair: number for number, pair in enumerate(pairs)}
        object.__setattr__(self, "numbers", MappingProxyType(numbers))

    @classmethod
    def fit(cls, frame: pd.DataFrame, *, min_rows: int = 1) -> WordEncoder:
        """Collect the words of every column that at least ``min_rows`` rows hold."""
        return cls({name: _words(frame[name], min_rows) for name in frame})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the output columns."""
        return tuple(
            f"{column}={word}" for column, words in self.vocabularies.items() for word in words
        )

    def transform(self, frame: pd.DataFrame) -> sparse.csr_array:
        """Return 0/1 marks, float32, shape (n_rows, n_names); a column not there marks nothing."""
        nothing = pd.Series("", index=frame.index, dtype="str")
        blocks = [
            _marked(frame.get(column, nothing), words)
            for column, words in self.vocabularies.items()
            if words
        ]
        if not blocks:
            return sparse.csr_array((len(frame), 0), dtype=np.float32)
        return sparse.csr_array(sparse.hstack(blocks, format="csr"), dtype=np.float32)

    def to_fitted(self) -> Fitted:
        """Return the vocabularies."""
        return Fitted(values={"vocabularies": {k: list(v) for k, v in self.vocabularies.items()}})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> WordEncoder:
        """Read the vocabularies back."""
        return cls({k: tuple(v) for k, v in fitted.values["vocabularies"].items()})


def _marked(column: pd.Series, words: Sequence[str]) -> sparse.csr_matrix:
    counter = CountVectorizer(analyzer=items, binary=True, vocabulary=list(words), dtype=np.float32)
    # Columns repeat few cells over many rows: each distinct cell is encoded once.
    row, cells = pd.factorize(column.fillna(""))
    return counter.transform(cells)[row]


def _words(column: pd.Series, min_rows: int) -> tuple[str, ...]:
    rows = column.dropna().value_counts()
    counts: Counter[str] = Counter()
    for cell, count in rows.items():
        for word in set(items(str(cell))):
            counts[word] += int(count)
    return tuple(sorted(word for word, count in counts.items() if count >= min_rows))


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Character n-grams of texts, weighted by TF-IDF; rows have length 1 (or 0 without text).

    Parameters
    ----------
    ngrams
        The n-grams kept, in the order of the output columns.
    idf
        Their inverse document frequencies, shape (n_ngrams,).
    """

    ngrams: tuple[str, ...]
    idf: np.ndarray

    @classmethod
    def fit(cls, texts: pd.Series) -> TextEncoder:
        """Learn the n-grams of these texts; no text at all gives an encoder of no columns."""
        told = texts.dropna()
        told = told[told.str.strip() != ""]
        if told.empty:
            return cls((), np.zeros(0))
        learner = _ngram_vectorizer(min_df=2 if len(told) > 1 else 1)
        try:
            learner.fit(told)
        except ValueError:
            # Every n-gram stands in one text only.
            learner = _ngram_vectorizer(min_df=1).fit(told)
        return cls(tuple(learner.get_feature_names_out()), learner.idf_)

    def transform(self, texts: pd.Series) -> sparse.csr_array:
        """Return float32 weights, shape (n_texts, n_ngrams)."""
        if not self.ngrams or texts.empty:
            return sparse.csr_array((len(texts), len(self.ngrams)), dtype=np.float32)
        vectorizer = _ngram_vectorizer(vocabulary=list(self.ngrams))
        vectorizer.idf_ = self.idf
        return sparse.csr_array(vectorizer.transform(texts.fillna("")), dtype=np.float32)

    def to_fitted(self) -> Fitted:
        """Return n-grams and weights."""
        return Fitted({"idf": self.idf}, {"ngrams": list(self.ngrams)})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> TextEncoder:
        """Read n-grams and weights back.

        Raises
        ------
        ValueError
            If there are not as many of the one as of the other.
        """
        ngrams, idf = tuple(fitted.values["ngrams"]), fitted.arrays["idf"]
        if idf.shape != (len(ngrams),):
            raise ValueError(f"idf of shape {idf.shape} for {len(ngrams)} n-grams")
        return cls(ngrams, idf)


def _ngram_vectorizer(**settings: object) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=TEXT_NGRAMS,
        max_features=None if "vocabulary" in settings else TEXT_VOCABULARY,
        sublinear_tf=True,
        dtype=np.float32,
        **settings,
    )


def quantile_edges(numbers: pd.Series) -> list[float]:
    """Return the distinct inner edges of five bins of like size; none where there is no number.

    >>> quantile_edges(pd.Series([0.0, 5.0, 10.0, 15.0, 20.0, None]))
    [4.0, 8.0, 12.0, 16.0]
    """
    told = numbers.dropna()
    return sorted(set(told.quantile([0.2, 0.4, 0.6, 0.8]).tolist())) if len(told) else []


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Scale each row to length 1; an empty row stays empty, and so does a matrix of no columns."""
    return sparse.csr_array(normalize(matrix)) if min(matrix.shape) else matrix


def binned(numbers: pd.Series, edges: Sequence[float]) -> pd.Series:
    """Turn numbers into the name of their interval; a missing number stays missing.

    >>> binned(pd.Series([0.5, 4.0, None]), [1, 3, 5]).tolist()
    ['<1', '3-5', nan]
    """
    labels = np.array(intervals(tuple(edges)), dtype=object)
    found = labels[np.searchsorted(np.asarray(edges, float), numbers.fillna(0), side="right")]
    return pd.Series(found, index=numbers.index, dtype="str").where(numbers.notna())


@cache
def intervals(edges: tuple[float, ...]) -> tuple[str, ...]:
    """Return the names of the intervals between edges, the lowest first.

    >>> intervals((1, 3, 5))
    ('<1', '1-3', '3-5', '>=5')
    """
    inner = [f"{low:g}-{high:g}" for low, high in zip(edges, edges[1:], strict=False)]
    return (f"<{edges[0]:g}", *inner, f">={edges[-1]:g}")


def interval(number: float | None, edges: Sequence[float]) -> str | None:
    """Return :func:`binned` of one number.

    >>> interval(4.0, [1, 3, 5])
    '3-5'
    """
    if number is None or number != number:
        return None
    return intervals(tuple(edges))[bisect_right(edges, number)]
