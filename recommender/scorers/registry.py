"""Which scorers there are: a new one is one file and one line here."""

from __future__ import annotations

from recommender.scorers.content import Content
from recommender.scorers.contract import Scorer
from recommender.scorers.factorisation import Factorisation, available
from recommender.scorers.popularity import Popularity
from recommender.scorers.season import Season
from recommender.scorers.sequence import Sequence

SCORERS: dict[str, type[Scorer]] = {
    "popularity": Popularity,
    "content": Content,
    "sequence": Sequence,
    "season": Season,
    "factorisation": Factorisation,
}


def default_names() -> tuple[str, ...]:
    """Return the scorers to fit when none are named: all that are installed."""
    return tuple(name for name in SCORERS if name != "factorisation" or available())
