"""The offerings of a simulated province: which course runs when, where, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.catalogue import Catalogue
from training.simulate.cells import dates, ids, pick, times
from training.simulate.province import Province
from training.simulate.rounds import Round, day

OPEN, APPLICATION, NOMINATED, ASSIGNED, WHOLE_SCHOOL = range(len(codes.ADMISSION_MODES))
#: Chance that a course of each mode runs in a round; general courses always do.
_RUNS = {"face_to_face": 0.35, "online": 0.75, "school_based": 0.6, "blended": 0.4}
_APPLICATION_SHARE = 0.6
_HOURS_PER_DAY = 7
#: Mode of each stage of a programme, where in its span it begins and ends, its share of hours.
_STAGES = (
    ("face_to_face", 0.0, 0.1, 0.5),
    ("school_based", 0.15, 0.85, 0.3),
    ("face_to_face", 0.9, 1.0, 0.2),
)
_NINE_IN_THE_MORNING = 3_600_000_000
_FUNDING = {"national": "central", "provincial": "province", "city": "city", "county": "county"}


@dataclass(frozen=True, slots=True, eq=False)
class Offerings:
    """Offerings by number, each field of shape (n_offerings,); days count from 1970.

    ``organisation`` is a text with the id it is held for, empty for all.
    """

    course: NDArray[np.int64]
    admission: NDArray[np.int64]
    published: NDArray[np.int64]
    apply_from: NDArray[np.int64]
    apply_until: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    organisation: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.course)

    @classmethod
    def joined(cls, parts: Sequence[Offerings]) -> Offerings:
        """Put offerings one after another; their numbers go on."""
        return cls(
            *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls))
        )


def make_offerings(
    catalogue: Catalogue, province: Province, rounds: Sequence[Round], rng: np.random.Generator
) -> tuple[Offerings, NDArray[np.int64]]:
    """Draw the offerings that teachers choose or are nominated for.

    Returns
    -------
    tuple
        The offerings, and the number of the offering of each course in each round, -1 where
        it does not run, shape (n_rounds, n_courses).
    """
    chance = np.array([_RUNS[codes.MODES[mode]] for mode in catalogue.mode])
    chance[catalogue.of_group("theme", "general")] = 1.0
    chance[catalogue.of_group("programme")] = 0.6
    chance[catalogue.of_group("ethics", "induction")] = 0.0
    number = np.full((len(rounds), len(catalogue)), -1)
    parts: list[Offerings] = []
    made = 0
    for row, one in enumerate(rounds):
        runs = _possible(catalogue, province, one) & (rng.random(len(catalogue)) < chance)
        courses = np.flatnonzero(runs)
        number[row, courses] = made + np.arange(len(courses))
        made += len(courses)
        parts.append(_of_round(catalogue, courses, one, rng))
    return Offerings.joined(parts), number


def _possible(catalogue: Catalogue, province: Province, one: Round) -> NDArray[np.bool_]:
    """Say which courses may run: published, not retired, and their provider accredited."""
    until = province.provider_until[catalogue.provider]
    accredited = np.isnat(until) | (until > np.datetime64(one.ends))
    there = (catalogue.first_day <= day(one.published)) & (catalogue.last_day > day(one.ends))
    # What a course asks for has been there a round before.
    return there & accredited


def _of_round(
    catalogue: Catalogue, courses: NDArray[np.int64], one: Round, rng: np.random.Generator
) -> Offerings:
    n = len(courses)
    mode = catalogue.mode[courses]
    programme = catalogue.of_group("programme")[courses]
    nominated = np.array([catalogue.drafts[c].obligation == "nominated" for c in courses], bool)
    apart = np.isin(mode, [codes.MODES.index("face_to_face"), codes.MODES.index("blended")])
    selective = programme | (apart & (rng.random(n) < _APPLICATION_SHARE))
    length = np.where(programme, 120, np.ceil(catalogue.hours[courses] / _HOURS_PER_DAY) + 7)
    room = day(one.ends) - day(one.starts) - length
    starts = day(one.starts) + (rng.random(n) * np.maximum(room, 1)).astype(np.int64)
    starts = np.where(selective, starts, day(one.starts))
    return Offerings(
        course=courses,
        admission=np.where(nominated, NOMINATED, np.where(selective, APPLICATION, OPEN)),
        published=np.full(n, day(one.published)),
        apply_from=np.full(n, day(one.apply_from)),
        apply_until=np.where(selective | nominated, day(one.apply_until), day(one.ends) - 20),
        starts=starts,
        ends=np.where(selective, starts + length.astype(np.int64), day(one.ends)),
        organisation=np.full(n, "", dtype=object),
    )


def offerings_frame(
    offerings: Offerings,
    catalogue: Catalogue,
    capacity: NDArray[np.int64],
) -> pd.DataFrame:
    """Return the offerings table; an empty cell takes the course's default."""
    mode = catalogue.mode[offerings.course]
    days = np.ceil(catalogue.hours[offerings.course] / _HOURS_PER_DAY)
    away = np.array([1.0, 0.0, 0.0, 0.5])[mode]
    tier = catalogue.frame["tier"].to_numpy()[offerings.course]
    organisation = pd.Series(offerings.organisation, dtype="str")
    offering_id = offering_ids(offerings)
    return pd.DataFrame(
        {
            "offering_id": offering_id,
            "course_id": pick(catalogue.frame["course_id"], offerings.course),
            "published_at": times(
                offerings.published.astype(np.int64) * 86_400_000_000 + _NINE_IN_THE_MORNING
            ),
            "apply_from": dates(offerings.apply_from),
            "apply_until": dates(offerings.apply_until),
            "starts_on": dates(offerings.starts),
            "ends_on": dates(offerings.ends),
            "capacity": capacity,
            "days_away": np.ceil(days * away),
            "admission_mode": pick(codes.ADMISSION_MODES, offerings.admission),
            "funding": pd.Series(tier).map(_FUNDING).fillna("school"),
            "provider_id": pick(catalogue.frame["provider_id"], offerings.course),
            "organisation_id": organisation.where(organisation != ""),
            "url": "https://training.example/offerings/" + offering_id,
        }
    )


def offering_ids(offerings: Offerings) -> pd.Series:
    """Return the outside ids of offerings, in the order of their numbers."""
    return ids("o", len(offerings), 6)


def stages_frame(offerings: Offerings, catalogue: Catalogue) -> pd.DataFrame:
    """Return three stages of every programme: together, in practice at school, and reporting."""
    long = np.flatnonzero(catalogue.of_group("programme", "induction")[offerings.course])
    span = offerings.ends[long] - offerings.starts[long]
    hours = catalogue.hours[offerings.course[long]]
    parts = []
    for stage, (mode, since, until, share) in enumerate(_STAGES, start=1):
        parts.append(
            pd.DataFrame(
                {
                    "offering_id": pick(offering_ids(offerings), long),
                    "stage": stage,
                    "starts_on": dates(offerings.starts[long] + (span * since).astype(np.int64)),
                    "ends_on": dates(offerings.starts[long] + (span * until).astype(np.int64)),
                    "mode": mode,
                    "hours": np.round(2 * hours * share) / 2,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def quotas_frame(
    offerings: Offerings, province: Province, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the seats of nominated offerings, by county; a key county has some of its own."""
    nominated = np.flatnonzero(offerings.admission == NOMINATED)
    counties = len(province.county_id)
    chosen = rng.random((len(nominated), counties)) < min(1.0, 6 / counties)
    chosen[:, 0] = True
    row, county = np.nonzero(chosen)
    key = province.key_county[county] & (rng.random(len(county)) < 0.5)
    group = np.where(key, codes.QUOTA_GROUPS.index("key_county"), codes.QUOTA_GROUPS.index("all"))
    return pd.DataFrame(
        {
            "offering_id": pick(offering_ids(offerings), nominated[row]),
            "organisation_id": pick(province.county_id, county),
            "group": pick(codes.QUOTA_GROUPS, group),
            "seats": rng.integers(1, 6, size=len(row)),
        }
    )
