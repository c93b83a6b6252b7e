"""What every teacher of a place is seen against at a moment, kept for as long as it stands.

:func:`recommender.advise.recommend` reads everything off a data set, which is right for one
question. A service asks the same of thousands of teachers: what they share (the catalogue, the
rules, the openings) is read here once, and a list costs what is the teacher's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.done import Repeats
from features.dossiers import Dossier, Surroundings
from features.encoding import items
from features.labels import Label
from features.moments import NEVER, instant, local_day, microseconds
from features.organisations import parents_at
from features.past import courses_of
from features.profiles import Profiles
from recommender.advise import Recommendation, among, shown, teller, titles
from recommender.eligibility import MATCHES, StandingRules
from recommender.explore import Exploration
from recommender.model import Model
from recommender.openings import Board, Opening
from recommender.planning.offered import fitting
from recommender.planning.rules import Policy
from recommender.planning.terms import Period
from recommender.ranking import NONE, rank_one
from recommender.reasons import Facts
from recommender.scorers.contract import Part
from recommender.scorers.hybrid import Hybrid
from recommender.wanted import EVERYTHING, Facets, Wanted

#: Ranks without a scorer's help: what was chosen most.
STATIC = "static"
#: Kinds of teachers whose open courses are remembered.
KINDS = 1_024
#: A school, and as many organisations above it as ``recommender.eligibility`` looks at.
ABOVE = 7


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The courses that one teacher may be shown at a moment, scored.

    Parameters
    ----------
    profile
        Of the teacher.
    places
        The teacher's school and what is above it, the nearest first.
    chosen
        Positions of the courses, ascending, shape (n,).
    scores
        Of these, shape (1, n).
    asked
        Says what put each of these where it is; None where nobody asked, or there are none.
    """

    profile: Profiles
    places: list[str]
    chosen: NDArray[np.intp]
    scores: NDArray[np.float32]
    asked: Callable[[int], tuple[Part, ...]] | None


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What all teachers share at any moment from ``since`` to before ``until``.

    Parameters
    ----------
    dataset
        The shared tables; it need not hold a teacher.
    catalogue
        Its courses as the model sees them.
    since, until
        UTC microseconds between which nothing shared appears, ends or changes.
    """

    model: Model
    dataset: Dataset
    catalogue: Catalogue
    since: int
    until: int
    surroundings: Surroundings
    rules: StandingRules
    repeats: Repeats
    board: Board
    titles: Mapping[str, Label]
    parents: Mapping[str, str]
    _open: dict[tuple[tuple[str, ...], ...], NDArray[np.bool_]] = field(
        default_factory=dict, repr=False
    )
    _fitting: dict[str, Mapping[str, NDArray[np.int32]]] = field(default_factory=dict, repr=False)
    _facets: list[Facets] = field(default_factory=list, repr=False)

    @classmethod
    def of(
        cls, model: Model, dataset: Dataset, catalogue: Catalogue, as_of: pd.Timestamp
    ) -> Backdrop:
        """See what is shared at a moment."""
        since, until = stretch(dataset, as_of)
        return cls(
            model=model,
            dataset=dataset,
            catalogue=catalogue.at(dataset, as_of),
            since=since,
            until=until,
            surroundings=Surroundings.of(dataset, as_of),
            rules=StandingRules.of(dataset, as_of),
            repeats=Repeats.of(dataset),
            board=Board.of(dataset, as_of),
            titles=titles(dataset),
            parents=parents_at(dataset, as_of),
        )

    @property
    def day(self) -> pd.Timestamp:
        """The day in the data set's zone, as a naive midnight."""
        return self.board.day

    def covers(self, moment: int) -> bool:
        """Say whether this is how things stand at a moment, in UTC microseconds."""
        return self.since <= moment < self.until

    def open_to(self, state: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Return which courses are for a teacher of this state at all, shape (n_courses,).

        A plan asks this: what was done may be repeated, and prerequisites are placed first.
        """
        return self._open_to(state, self._lineage(state))

    def fitting(self, policy: Policy) -> Mapping[str, NDArray[np.int32]]:
        """Return, for each requirement that asks for certain courses only, those that fit it."""
        if not policy.version:  # of no file: another may bear the same name
            return fitting(self.dataset, policy)
        if policy.version not in self._fitting:
            self._fitting[policy.version] = fitting(self.dataset, policy)
        return self._fitting[policy.version]

    def recommend(
        self,
        dossier: Dossier,
        *,
        as_of: pd.Timestamp,
        k: int,
        explain: bool,
        wanted: Wanted = EVERYTHING,
        year: Period | None = None,
        explore: float = 0.0,
        rng: np.random.Generator | None = None,
        scorer: str = Hybrid.name,
    ) -> tuple[Recommendation, ...]:
        """Return what :func:`recommender.advise.recommend` does.

        Courses are scored among all that the teacher may be shown, and then narrowed to what is
        wanted: what is left stands in the order that it has in the whole list.

        Parameters
        ----------
        wanted
            What the list is narrowed to, and how varied it is.
        year
            To come: of a teacher foreseen there (:mod:`recommender.foreseen`), the courses that
            are still there when it begins, with the openings that begin in it.
        scorer
            What ranks: the hybrid, one of its parts, or ``STATIC``: what was chosen most.

        Raises
        ------
        InvalidSetting
            If something unknown is wanted, the share to explore is not from 0 to 1, or ``rng``
            is missing.
        """
        seen = self.see(dossier, as_of, explain=explain, year=year, scorer=scorer)
        kept = np.arange(len(seen.chosen))
        if wanted.narrows:
            kept = np.flatnonzero(self.facets().passing(wanted, seen.places)[seen.chosen])
        k = min(k, len(self.dataset.courses))
        ranking = rank_one(
            self.model,
            seen.profile,
            self.catalogue.only(seen.chosen[kept]),
            k=k,
            exploration=Exploration.of(explore, k, 1, rng),
            scores=seen.scores[:, kept],
            diversity=wanted.diversity,
        )
        ids = self.dataset.courses.outside(ranking.courses[0][ranking.courses[0] != NONE])
        runs = {each: self._runs(each, seen.places, year) for each in ids}
        tell = None
        if seen.asked:
            known = dossier.log.where(dossier.log.known_at < instant(as_of))
            facts = Facts(self.titles, courses_of(known, self.dataset.courses))
            explained = among(seen.chosen, seen.asked)
            tell = teller(self.model, seen.profile, self.catalogue, facts, explained)
        return shown(ranking, ids, self.titles, runs, tell)

    def see(
        self,
        dossier: Dossier,
        as_of: pd.Timestamp,
        *,
        explain: bool,
        year: Period | None = None,
        scorer: str = Hybrid.name,
    ) -> Seen:
        """See a teacher's courses at a moment; the parameters are those of :meth:`recommend`."""
        kinds = self.dataset.columns.features.get("teachers", {})
        encoder = self.model.profile_encoder
        profile = dossier.profile(encoder, self.surroundings, self.catalogue, kinds, as_of)
        state = dossier.state(instant(as_of))
        places = self._lineage(state)
        allowed = self._allowed(dossier, state, places, as_of, year)
        chosen = np.flatnonzero(allowed)
        if not len(chosen):
            return Seen(profile, places, chosen, np.zeros((1, 0), np.float32), None)
        catalogue, everything = self.catalogue.only(chosen), np.ones((1, len(chosen)), bool)
        if scorer == STATIC:
            chosen_most = catalogue.takers[None, :].astype(np.float32)
            return Seen(profile, places, chosen, chosen_most, None)
        if scorer != Hybrid.name:
            alone = (Part("source", scorer, 1.0),)
            scores = self.model.score(profile, catalogue, scorer)
            return Seen(profile, places, chosen, scores, (lambda _: alone) if explain else None)
        if explain:
            asked = self.model.hybrid.explainer(profile, catalogue, everything)
            return Seen(profile, places, chosen, asked.scores, asked)
        scores = self.model.score(profile, catalogue, allowed=everything)
        return Seen(profile, places, chosen, scores, None)

    def facets(self) -> Facets:
        """Return what courses can be told apart by; made on first use."""
        if not self._facets:
            self._facets.append(Facets.of(self.dataset, self.board))
        return self._facets[0]

    def _runs(self, course_id: str, places: list[str], year: Period | None) -> tuple[Opening, ...]:
        found = self.board.of_course(course_id, places)
        if year is None:
            return found
        return tuple(run for run in found if run.starts_on and year.holds(run.starts_on))

    def _allowed(
        self,
        dossier: Dossier,
        state: Mapping[str, Any],
        places: list[str],
        as_of: pd.Timestamp,
        year: Period | None,
    ) -> NDArray[np.bool_]:
        """Return which courses the teacher may be shown, shape (n_courses,)."""
        completed = dossier.log.before(as_of).of_kinds("completed")
        day = self.day if year is None else max(self.day, pd.Timestamp(year.since))
        done = completed.course[self.repeats.still_done(completed, day)]
        allowed = self.rules.allowed(self._open_to(state, places), done, completed.course)
        return allowed if year is None else allowed & self._still_there(day)

    def _still_there(self, day: pd.Timestamp) -> NDArray[np.bool_]:
        """Return which courses are not withdrawn before a day, shape (n_courses,)."""
        table = self.dataset.table("courses")
        until = microseconds(table["available_until"])
        there = np.zeros(len(self.dataset.courses), bool)
        own = self.dataset.courses.positions(table["course_id"])
        there[own] = (until == NEVER) | (until >= _begins(day, self.dataset.columns.zone))
        return there

    def _open_to(self, state: Mapping[str, Any], places: list[str]) -> NDArray[np.bool_]:
        words = {
            code: places if of_teacher == "places" else items(state.get(of_teacher) or "")
            for _, of_teacher, code in MATCHES
        }
        kind = tuple(map(tuple, words.values()))
        if kind not in self._open:
            if len(self._open) >= KINDS:
                self._open.clear()
            self._open[kind] = self.rules.open_to(words)
        return self._open[kind]

    def _lineage(self, state: Mapping[str, Any]) -> list[str]:
        chain: list[str] = []
        above = state.get("organisation_id")
        while above and above not in chain and len(chain) < ABOVE:
            chain.append(above)
            above = self.parents.get(above)
        return chain


def stretch(dataset: Dataset, as_of: pd.Timestamp) -> tuple[int, int]:
    """Return from when until before when all that teachers share stands as it does at a moment.

    A dated fact is seen from the microsecond after it; days begin in the data set's zone.
    """
    moment = instant(as_of)
    dates = np.unique(
        np.concatenate(
            [
                microseconds(dataset.table(table)[column])
                for table, column in (
                    ("courses", "available_from"),
                    ("courses", "available_until"),
                    ("offerings", "published_at"),
                    ("organisations", "valid_from"),
                )
            ]
        )
    )
    seen = dates[dates != NEVER] + 1
    zone = dataset.columns.zone
    today = local_day(as_of, zone)
    days = [_begins(today, zone), _begins(today + pd.Timedelta(days=1), zone)]
    place = np.searchsorted(seen, moment, side="right")
    since = max([days[0], *seen[:place][-1:].tolist()])
    return since, min([days[1], *seen[place:][:1].tolist()])


def _begins(day: pd.Timestamp, zone: str) -> int:
    return instant(day.tz_localize(zone, ambiguous=True, nonexistent="shift_forward"))
