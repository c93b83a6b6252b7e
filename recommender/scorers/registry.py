"""Which scorers there are: a new one is one file and one line here."""

from __future__ import annotations

from recommender.scorers.content import Content
from recommender.scorers.contract import Scorer
from recommender.scorers.factorisation import Factorisation, available
from recommender.scorers.ials import ImplicitALS
from recommender.scorers.lasting import Lasting
from recommender.scorers.popularity import Popularity
from recommender.scorers.rising import Rising
from recommender.scorers.season import Season
from recommender.scorers.sequence import Sequence
from recommender.scorers.walk import Walk

SCORERS: dict[str, type[Scorer]] = {
    "popularity": Popularity,
    "lasting": Lasting,
    "rising": Rising,
    "content": Content,
    "sequence": Sequence,
    "season": Season,
    "walk": Walk,
    "ials": ImplicitALS,
    "factorisation": Factorisation,
}


def default_names() -> tuple[str, ...]:
    """Return the scorers to fit when none are named: all that are installed."""
    return tuple(name for name in SCORERS if name != "factorisation" or available())
