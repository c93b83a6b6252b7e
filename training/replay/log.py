"""The log of a data set: which places chance filled, with what, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from features.dataset import Dataset
from features.errors import InvalidData, InvalidSetting, NotEnoughData, Problem
from features.events import self_selected
from features.moments import MICROSECONDS_PER_DAY, instant, local_days, microseconds

#: Days in which a choice counts as the answer to what was shown, also without an echoed id.
WINDOW = 30.0
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Places that chance filled, each once; fields of shape (n,) unless told.

    Parameters
    ----------
    teacher, course
        Positions in the data set's id maps.
    rank
        From 1.
    shown_at
        UTC microseconds, the first time that it was shown.
    day
        The day of ``shown_at`` in the data set's zone, as a number.
    propensity
        Chance of the course at this rank, given those above it; below 1.
    above
        The courses above it, ``NONE`` behind the last; shape (n, longest).
    rewarded
        Whether the teacher chose the course in answer.
    facts
        What was read and what was left out, for the record.
    """

    teacher: NDArray[np.int32]
    course: NDArray[np.int32]
    rank: NDArray[np.int64]
    shown_at: NDArray[np.int64]
    day: NDArray[np.int64]
    propensity: NDArray[np.float64]
    above: NDArray[np.int32]
    rewarded: NDArray[np.bool_]
    facts: dict[str, object]

    def __len__(self) -> int:
        return len(self.teacher)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.integer]) -> Log:
        """Return some of the places."""
        names = [field.name for field in fields(self) if field.name != "facts"]
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def read_log(dataset: Dataset, *, since: pd.Timestamp, window: float = WINDOW) -> Log:
    """Read the explored places out of a data set's impressions and events.

    A place is rewarded if the teacher chose its course of their own will: an event of choice
    that echoes the recommendation's id, or any within the window after it was shown. A list that
    was shown again on the same day, with nothing done in between, is the same draw: it counts
    once, rewarded if any showing was.

    Parameters
    ----------
    since
        Lists shown before are left out: a model trained until then has seen their answers.
    window
        Days, 0 or more; 0 counts echoed ids alone.

    Raises
    ------
    InvalidSetting
        If the window is negative.
    InvalidData
        If a propensity is missing or 0.
    NotEnoughData
        If there are no impressions, none since, or none that explores.
    """
    if not 0 <= window < np.inf:
        raise InvalidSetting("window", expected="0 days or more", got=f"{window:g}")
    table = dataset.table("impressions")
    _sound(table)
    later = table[microseconds(table["shown_at"]) >= instant(since)]
    drawn = later["propensity"].to_numpy(dtype=float) < 1
    if not drawn.any():
        raise NotEnoughData(
            "impressions",
            expected=f"places that explored (propensity below 1), shown from {since.isoformat()} "
            "on, which is what the model was trained until",
            got=f"{len(table):,} shown in all, {len(later):,} since then, none of these explored",
            remedy="serve with ZIXUAN_EXPLORE above 0 and export anew, or train --until earlier",
        )
    shown = _shown(dataset, later, window)
    chosen = shown.where(drawn)
    once = _once(dataset, chosen, later["model_version"].fillna("").to_numpy()[drawn])
    facts = {
        "lists": int(later["recommendation_id"][drawn].nunique()),
        "shown_before_training_ended": len(table) - len(later),
        "shown_again": len(chosen) - len(once),
        "younger_than_window": int(
            (once.shown_at > _end(dataset) - window * MICROSECONDS_PER_DAY).sum()
        ),
        "window_days": window,
        "logged_by": sorted(set(later["model_version"][drawn].dropna())),
    }
    return replace(once, facts=facts)


def _sound(table: pd.DataFrame) -> None:
    """Refuse a log that cannot be replayed whatever the model."""
    if not len(table):
        raise NotEnoughData(
            "impressions",
            expected="what was shown, with its propensity",
            got="no rows",
            remedy="export the store of a service that has shown lists (zixuan export)",
        )
    chance = table["propensity"].to_numpy(dtype=float, na_value=np.nan)
    unsound = ~(chance > 0)
    if unsound.any():
        first = table[unsound].iloc[0]
        place = f"{first['recommendation_id']} rank {first['rank']}"
        raise InvalidData(
            [
                Problem(
                    "impressions",
                    0,
                    "propensity",
                    f"{int(unsound.sum())} rows with none or 0, the first {place}",
                    "a chance above 0 for everything that was shown",
                )
            ]
        )


def _shown(dataset: Dataset, table: pd.DataFrame, window: float) -> Log:
    """Return all places of some lists; rows are in the order of list and rank."""
    shown_at = microseconds(table["shown_at"])
    teacher = dataset.teachers.positions(table["teacher_id"])
    course = dataset.courses.positions(table["course_id"])
    number = pd.factorize(table["recommendation_id"])[0]
    place = table.groupby(number, sort=False).cumcount().to_numpy()
    start = np.arange(len(table)) - place
    width = int(place.max(initial=0))
    before = start[:, None] + np.arange(width)
    above = np.where(
        np.arange(width) < place[:, None], course[np.minimum(before, len(table) - 1)], NONE
    )
    return Log(
        teacher=teacher,
        course=course,
        rank=table["rank"].to_numpy(dtype=np.int64),
        shown_at=shown_at,
        day=local_days(shown_at, dataset.columns.zone)
        .to_numpy()
        .astype("datetime64[D]")
        .astype(np.int64),
        propensity=table["propensity"].to_numpy(dtype=float),
        above=above.astype(np.int32),
        rewarded=_echoed(dataset, table) | _followed(dataset, teacher, course, shown_at, window),
        facts={},
    )


def _echoed(dataset: Dataset, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which places' lists were named by a teacher's own choice of their course."""
    events = dataset.table("events")
    own = self_selected(dataset.tables) & events["kind"].isin(codes.CHOICE_KINDS)
    events = events[own & events["recommendation_id"].notna()]
    keys = ["recommendation_id", "teacher_id", "course_id"]
    told = pd.MultiIndex.from_frame(events[keys])
    return np.asarray(pd.MultiIndex.from_frame(table[keys]).isin(told))


def _followed(
    dataset: Dataset,
    teacher: NDArray[np.int32],
    course: NDArray[np.int32],
    shown_at: NDArray[np.int64],
    window: float,
) -> NDArray[np.bool_]:
    """Say which places' courses their teachers chose within the window after."""
    log = dataset.log.of_kinds(*codes.CHOICE_KINDS)
    log = log.where(log.self_selected)
    own = pd.DataFrame({"pair": _pair(dataset, log.teacher, log.course), "next": log.occurred_at})
    places = pd.DataFrame({"pair": _pair(dataset, teacher, course), "shown": shown_at})
    joined = pd.merge_asof(
        places.reset_index().sort_values("shown", kind="stable"),
        own.sort_values("next", kind="stable"),
        left_on="shown",
        right_on="next",
        by="pair",
        direction="forward",
        tolerance=int(window * MICROSECONDS_PER_DAY),
    )
    found = joined.set_index("index")["next"].sort_index().notna().to_numpy(dtype=bool)
    return np.asarray(found & (window > 0))


def _pair(
    dataset: Dataset, teacher: NDArray[np.int32], course: NDArray[np.int32]
) -> NDArray[np.int64]:
    return teacher.astype(np.int64) * len(dataset.courses) + course


def _once(dataset: Dataset, places: Log, version: NDArray[np.object_]) -> Log:
    """Let each draw count once: what a service shows again on the same grounds is the same."""
    keys = pd.DataFrame(places.above)
    keys = keys.assign(
        teacher=places.teacher,
        course=places.course,
        day=places.day,
        version=version,
        known=_known_events(dataset, places.teacher, places.shown_at),
    )
    draw = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    order = np.lexsort((places.shown_at, draw))
    first = order[np.unique(draw[order], return_index=True)[1]]
    rewarded = np.zeros(draw.max(initial=-1) + 1, bool)
    np.logical_or.at(rewarded, draw, places.rewarded)
    kept = places.where(first)
    kept.rewarded[:] = rewarded[draw[first]]
    return kept


def _known_events(
    dataset: Dataset, teacher: NDArray[np.int32], moment: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the events of each teacher that were known at each moment."""
    order = np.lexsort((dataset.log.known_at, dataset.log.teacher))
    known = pd.DataFrame(
        {"teacher": dataset.log.teacher[order], "known": dataset.log.known_at[order]}
    )
    known["count"] = known.groupby("teacher").cumcount() + 1
    asked = pd.DataFrame({"teacher": teacher, "known": moment}).reset_index()
    joined = pd.merge_asof(
        asked.sort_values("known", kind="stable"),
        known.sort_values("known", kind="stable"),
        on="known",
        by="teacher",
    )
    return joined.set_index("index")["count"].sort_index().fillna(0).to_numpy(dtype=np.int64)


def _end(dataset: Dataset) -> int:
    """Return the last moment that anything is known of, in UTC microseconds."""
    shown = microseconds(dataset.table("impressions")["shown_at"])
    return max(int(dataset.log.known_at.max(initial=0)), int(shown.max(initial=0)))
