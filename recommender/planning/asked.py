"""What a teacher asks of a plan: stored with it, asked again by the plan that replaces it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast, get_args

from features.errors import InvalidSetting
from recommender.planning.amounts import exact
from recommender.planning.load import Limits, Season
from recommender.planning.problem import Inputs, Wishes

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A teacher's own requests.

    Parameters
    ----------
    pins
        (course, key of a term or empty for any): to be in the plan.
    bans
        Courses to be kept out, sorted.
    bans_in_year
        (course, key of a policy year): to be kept out of that year alone, sorted.
    prefer
        (course, key of a term) that would suit best, if the course is planned.
    hours_per_year
        The most hours in each policy year; ``None`` where nothing is stated.
    hours_in_year
        (key of a policy year, the most hours in it): stated for that year alone.
    days_away_per_year
        The most days away from school in each policy year; ``None`` where nothing is stated.
    presence
        When presence is asked, as in :class:`~recommender.planning.load.Limits`; empty where
        nothing is stated.

    Examples
    --------
    >>> earlier = Asked(pins=(("c1", ""), ("c2", "2027-spring")), bans=("c3",))
    >>> earlier.then(Asked(pins=(("c3", ""),), bans=("c1",)))  # doctest: +NORMALIZE_WHITESPACE
    Asked(pins=(('c2', '2027-spring'), ('c3', '')), bans=('c1',), bans_in_year=(), prefer=(),
          hours_per_year=None, hours_in_year=(), days_away_per_year=None, presence='')
    """

    pins: tuple[Place, ...] = ()
    bans: tuple[str, ...] = ()
    bans_in_year: tuple[tuple[str, str], ...] = ()
    prefer: tuple[Place, ...] = ()
    hours_per_year: Decimal | None = None
    hours_in_year: tuple[tuple[str, Decimal], ...] = ()
    days_away_per_year: Decimal | None = None
    presence: Season | Literal[""] = ""

    @classmethod
    def of(cls, inputs: Inputs) -> Asked:
        """Return what a plan's inputs ask; a school's allotment is no request of the teacher's."""
        wishes, limits = inputs.wishes, inputs.limits
        return cls(
            pins=tuple((course, term or "") for course, term in wishes.pins),
            bans=tuple(sorted(wishes.bans)),
            bans_in_year=tuple(sorted(wishes.bans_in_year)),
            prefer=wishes.prefer,
            hours_per_year=limits.hours_per_year,
            hours_in_year=limits.hours_in_year,
            days_away_per_year=limits.days_away_per_year,
            presence="" if limits.presence == "any" else limits.presence,
        )

    def of_days(self, days_away: float | None, presence: str | None) -> Asked:
        """Return what is asked with a limit on days away, and when presence is asked.

        Raises
        ------
        InvalidSetting
            If it is no such time.
        """
        if presence is not None and presence not in get_args(Season):
            raise InvalidSetting(
                "presence", expected=f"one of {', '.join(get_args(Season))}", got=repr(presence)
            )
        return replace(
            self,
            days_away_per_year=None if days_away is None else exact(days_away),
            presence=cast("Season", presence) if presence else "",
        )

    def then(self, more: Asked) -> Asked:
        """Return what stands when more is asked: the later word on a course or a year holds.

        A course that is kept out of one year stays out of the others that it was kept out of.
        """
        again = {course for course, _ in (*more.pins, *more.prefer)} | {*more.bans}
        years = dict(self.hours_in_year) if more.hours_per_year is None else {}
        kept_out = self.without(again).bans_in_year
        earlier = self.without(again | {course for course, _ in more.bans_in_year})
        return Asked(
            pins=(*earlier.pins, *more.pins),
            bans=tuple(sorted({*earlier.bans, *more.bans})),
            bans_in_year=tuple(sorted({*kept_out, *more.bans_in_year})),
            prefer=(*earlier.prefer, *more.prefer),
            hours_per_year=(
                self.hours_per_year if more.hours_per_year is None else more.hours_per_year
            ),
            hours_in_year=tuple(sorted((years | dict(more.hours_in_year)).items())),
            days_away_per_year=(
                self.days_away_per_year
                if more.days_away_per_year is None
                else more.days_away_per_year
            ),
            presence=more.presence or self.presence,
        )

    def without(self, courses: Iterable[str]) -> Asked:
        """Return what is asked of all other courses."""
        out = frozenset(courses)
        return replace(
            self,
            pins=tuple(each for each in self.pins if each[0] not in out),
            bans=tuple(each for each in self.bans if each not in out),
            bans_in_year=tuple(each for each in self.bans_in_year if each[0] not in out),
            prefer=tuple(each for each in self.prefer if each[0] not in out),
        )

    def within(self, terms: Iterable[str], years: Iterable[str]) -> Asked:
        """Return what is asked of these terms and years: others are over."""
        open_terms, open_years = {*terms, ""}, {*years}
        return replace(
            self,
            pins=tuple(each for each in self.pins if each[1] in open_terms),
            prefer=tuple(each for each in self.prefer if each[1] in open_terms),
            bans_in_year=tuple(each for each in self.bans_in_year if each[1] in open_years),
            hours_in_year=tuple(each for each in self.hours_in_year if each[0] in open_years),
        )

    def wishes(self) -> Wishes:
        """Return the wishes for a plan."""
        pins = tuple((course, term or None) for course, term in self.pins)
        out = frozenset(self.bans), frozenset(self.bans_in_year)
        return Wishes(pins, *out, prefer=self.prefer)

    def limits(self, budget: Decimal | None = None) -> Limits:
        """Return the limits for a plan, within what is left of a school's allotment."""
        return Limits(
            hours_per_year=self.hours_per_year,
            hours_in_year=self.hours_in_year,
            budget=budget,
            days_away_per_year=self.days_away_per_year,
            presence=self.presence or "any",
        )
