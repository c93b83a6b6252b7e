"""Training that nobody chose: yearly ethics, induction, county themes, whole-school study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from training.simulate.catalogue import Catalogue
from training.simulate.offerings import ASSIGNED, WHOLE_SCHOOL, Offerings
from training.simulate.places import COMPLETED, Places
from training.simulate.province import Province
from training.simulate.rounds import day, first_day
from training.simulate.settings import Simulation
from training.simulate.teachers import Teachers

_ETHICS_SHARE = 0.97
_COUNTY_THEME_SHARE = 0.3
_WHOLE_SCHOOL_SHARE = 0.08
_PRESENT_SHARE = 0.93
#: First and last month and day of each yearly duty.
_ETHICS_DAYS = ((3, 1), (11, 30))
_THEME_DAYS = ((9, 10), (12, 10))
_SCHOOL_DAYS = ((2, 20), (6, 20))
_INDUCTION_DAYS = ((1, 10), (8, 20))
_LEAST_DAYS = 60


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What a year's duties are drawn from."""

    settings: Simulation
    catalogue: Catalogue
    province: Province
    teachers: Teachers


@dataclass(frozen=True, slots=True, eq=False)
class _Duty:
    """One offering that is imposed, and the teachers it is imposed on."""

    course: int
    admission: int
    starts: int
    ends: int
    organisation: str
    teachers: NDArray[np.int64]


def make_duties(world: World, first: int, rng: np.random.Generator) -> tuple[Offerings, Places]:
    """Draw all imposed offerings, numbered from ``first``, and the places in them."""
    start = first_day(world.settings.ends_on, world.settings.years)
    duties: list[_Duty] = []
    for year in range(start.year, world.settings.ends_on.year + 1):
        duties += _ethics(world, year, rng)
        duties += _induction(world, year)
        duties += _county_themes(world, year, rng)
        duties += _whole_school(world, year, rng)
    end = day(world.settings.ends_on)
    duties = [
        duty
        for duty in duties
        if duty.starts >= day(start) and min(duty.ends, end) - duty.starts >= _LEAST_DAYS
    ]
    return _offerings(duties), _places(world, duties, first, rng)


def _days(year: int, span: tuple[tuple[int, int], tuple[int, int]]) -> tuple[int, int]:
    (month, first), (last_month, last) = span
    return day(date(year, month, first)), day(date(year, last_month, last))


def _ethics(world: World, year: int, rng: np.random.Generator) -> list[_Duty]:
    """Every teacher, every calendar year, save a few on leave."""
    catalogue, teachers = world.catalogue, world.teachers
    here = rng.random(len(teachers)) < _ETHICS_SHARE
    return [
        _Duty(
            int(course),
            ASSIGNED,
            *_days(year, _ETHICS_DAYS),
            world.settings.region,
            np.flatnonzero(here & catalogue.phases[course][teachers.phase]),
        )
        for course in np.flatnonzero(catalogue.of_group("ethics"))
    ]


def _induction(world: World, year: int) -> list[_Duty]:
    """Who was employed in the September before."""
    employed = world.teachers.employed
    new = (employed >= day(date(year - 1, 8, 1))) & (employed < day(date(year, 1, 1)))
    course = int(np.flatnonzero(world.catalogue.of_group("induction"))[0])
    days = _days(year, _INDUCTION_DAYS)
    return [_Duty(course, ASSIGNED, *days, world.settings.region, np.flatnonzero(new))]


def _for_all(catalogue: Catalogue, group: str) -> NDArray[np.int64]:
    """Return the courses of a group that every teacher may take and that ask for none before."""
    everyone = catalogue.phases.all(axis=1) & catalogue.stages.all(axis=1)
    everyone &= catalogue.roles.all(axis=1) & (catalogue.prerequisite < 0)
    return np.flatnonzero(everyone & catalogue.of_group(group))


def _county_themes(world: World, year: int, rng: np.random.Generator) -> list[_Duty]:
    """Each county names a theme of the year for a share of its teachers."""
    teachers, province = world.teachers, world.province
    county = province.school_county[teachers.school[:, teachers.column(year)]]
    themes = _for_all(world.catalogue, "theme")
    named = rng.choice(themes, size=len(province.county_id))
    sent = np.flatnonzero(rng.random(len(teachers)) < _COUNTY_THEME_SHARE)
    sent = sent[np.argsort(county[sent], kind="stable")]
    edges = np.searchsorted(county[sent], np.arange(len(province.county_id) + 1))
    days = _days(year, _THEME_DAYS)
    return [
        _Duty(int(named[c]), ASSIGNED, *days, outside, sent[edges[c] : edges[c + 1]])
        for c, outside in enumerate(province.county_id)
    ]


def _whole_school(world: World, year: int, rng: np.random.Generator) -> list[_Duty]:
    """Let a few schools study one course together."""
    teachers, province, catalogue = world.teachers, world.province, world.catalogue
    starts, ends = _days(year, _SCHOOL_DAYS)
    courses = _for_all(catalogue, "general")
    courses = courses[catalogue.first_day[courses] < starts - 30]
    many = max(1, round(_WHOLE_SCHOOL_SHARE * len(province.school_id)))
    schools = np.sort(rng.choice(len(province.school_id), size=many, replace=False))
    if not len(courses):
        return []
    school = teachers.school[:, teachers.column(year - 1)]
    order = np.argsort(school, kind="stable")
    first = np.searchsorted(school[order], schools, side="left")
    last = np.searchsorted(school[order], schools, side="right")
    return [
        _Duty(
            int(rng.choice(courses)),
            WHOLE_SCHOOL,
            starts,
            ends,
            province.school_id[number],
            order[first[place] : last[place]],
        )
        for place, number in enumerate(schools)
    ]


def _offerings(duties: list[_Duty]) -> Offerings:
    starts = np.array([duty.starts for duty in duties], np.int64)
    return Offerings(
        course=np.array([duty.course for duty in duties], np.int64),
        admission=np.array([duty.admission for duty in duties], np.int64),
        published=starts - 30,
        apply_from=starts - 25,
        apply_until=starts - 5,
        starts=starts,
        ends=np.array([duty.ends for duty in duties], np.int64),
        organisation=np.array([duty.organisation for duty in duties], dtype=object),
    )


def _places(world: World, duties: list[_Duty], first: int, rng: np.random.Generator) -> Places:
    """Return the places of all duties; nobody is made to do a course a second time but ethics."""
    sizes = [len(duty.teachers) for duty in duties]
    duty = np.repeat(np.arange(len(duties)), sizes)
    none = np.zeros(0, np.int64)
    teacher = np.concatenate([none, *(one.teachers for one in duties)])
    course = np.array([one.course for one in duties], np.int64)[duty]
    starts = np.array([one.starts for one in duties], np.int64)[duty]
    ends = np.array([one.ends for one in duties], np.int64)[duty]
    # Half-year courses end near the end, most of a yearly duty is done early or late.
    ended = starts + 5 + ((ends - starts - 5) * rng.beta(1.2, 0.9, size=len(duty))).astype(np.int64)
    places = Places(
        teacher=teacher,
        course=course,
        offering=first + duty,
        outcome=np.full(len(duty), COMPLETED),
        wished=starts,
        started=np.maximum(starts, ended - 7),
        ended=ended,
        liking=np.zeros(len(duty), np.float32),
    )
    known = world.teachers.joined[teacher] <= places.started
    once = _first_time(places, world.catalogue) & (rng.random(len(duty)) < _PRESENT_SHARE)
    return places.where(known & (once | world.catalogue.of_group("ethics")[course]))


def _first_time(places: Places, catalogue: Catalogue) -> NDArray[np.bool_]:
    key = places.teacher * len(catalogue) + places.course
    _, first = np.unique(key, return_index=True)
    fresh = np.zeros(len(places), bool)
    fresh[first] = True
    return fresh
