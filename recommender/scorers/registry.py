"""Which scorers there are: a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from features.errors import InvalidSetting, did_you_mean
from recommender.scorers.content import Content
from recommender.scorers.contract import Scorer, Tunable
from recommender.scorers.factorisation import Factorisation, available
from recommender.scorers.following import Following
from recommender.scorers.ials import ImplicitALS
from recommender.scorers.lasting import Lasting
from recommender.scorers.popularity import Popularity
from recommender.scorers.rising import Rising
from recommender.scorers.season import Season
from recommender.scorers.sequence import Sequence
from recommender.scorers.space import check_parameters, defaults
from recommender.scorers.walk import Walk

SCORERS: dict[str, type[Tunable]] = {
    "popularity": Popularity,
    "lasting": Lasting,
    "rising": Rising,
    "content": Content,
    "sequence": Sequence,
    "season": Season,
    "following": Following,
    "walk": Walk,
    "ials": ImplicitALS,
    "factorisation": Factorisation,
}


def default_names() -> tuple[str, ...]:
    """Return the scorers to fit when none are named: all that are installed."""
    return tuple(name for name in SCORERS if name != "factorisation" or available())


def chosen(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the scorers that are named; all that are installed when left out.

    Raises
    ------
    InvalidSetting
        If a name is unknown, or there is none.
    """
    asked = default_names() if names is None else tuple(names)
    unknown = [name for name in asked if name not in SCORERS]
    if unknown or not asked:
        raise InvalidSetting(
            "scorers",
            expected=f"some of {', '.join(SCORERS)}",
            got=", ".join(unknown) or "none",
            remedy=did_you_mean(unknown, SCORERS)
            or "name scorers by these words, separated by commas",
        )
    return asked


def made(
    names: Iterable[str], parameters: Mapping[str, Mapping[str, object]] | None = None
) -> dict[str, Scorer]:
    """Make scorers, each with its parameters where any are named, and defaults elsewhere.

    Raises
    ------
    InvalidSetting
        If ``parameters`` names a scorer that there is none of, or parameters that it cannot
        be made with; also where that scorer is not among ``names``.
    """
    asked = parameters or {}
    if unknown := [str(name) for name in asked if name not in SCORERS]:
        raise InvalidSetting(
            "parameters",
            expected=f"values by scorer, some of {', '.join(SCORERS)}",
            got=", ".join(unknown),
            remedy=did_you_mean(unknown, SCORERS) or "correct the name, or leave it out",
        )
    for name, values in asked.items():
        check_parameters(name, defaults(SCORERS[name]), SCORERS[name].SPACE, values)
    # What a constructor takes is checked just above; types cannot say it.
    makers: Mapping[str, Callable[..., Scorer]] = SCORERS
    return {name: makers[name](**asked.get(name, {})) for name in names}
