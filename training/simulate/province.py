"""The organisations of a simulated province: its tree of places and schools, and providers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.rounds import first_day
from training.simulate.settings import Simulation
from training.simulate.words import Text, Words

_TEACHERS_PER_SCHOOL = 42
_SCHOOLS_PER_COUNTY = 25
_COUNTIES_PER_CITY = 8
#: Shares of schools by phase, in the order of ``features.codes.PHASES``.
_PHASE_SHARES = (0.22, 0.38, 0.21, 0.11, 0.06, 0.02)
#: Shares of localities in an ordinary and in a key county, in the order of ``codes.LOCALITIES``.
_LOCALITY_SHARES = ((0.34, 0.26, 0.24, 0.16), (0.0, 0.32, 0.28, 0.40))
_KEY_COUNTY_SHARE = 0.15
_SCHOOL_WORDS: dict[str, Text] = {
    "kindergarten": ("幼儿园", "Kindergarten"),
    "primary": ("小学", "Primary School"),
    "junior": ("初级中学", "Junior Middle School"),
    "senior": ("高级中学", "Senior High School"),
    "vocational": ("中等职业学校", "Vocational School"),
    "special": ("特殊教育学校", "Special School"),
}
_LONG_AGO = pd.Timestamp("2010-01-01", tz="UTC")


@dataclass(frozen=True, slots=True, eq=False)
class Province:
    """Schools and counties by number, and the organisations table.

    Parameters
    ----------
    frame
        The organisations table.
    county_id, school_id, provider_id
        Outside ids.
    school_county, school_phase, school_locality
        County number, and positions in ``codes.PHASES`` and ``codes.LOCALITIES``;
        shape (n_schools,).
    key_county
        Whether a county is a key county in the end, shape (n_counties,).
    provider_until
        The last day of each provider's accreditation, NaT where it is open, shape (n_providers,).
    """

    frame: pd.DataFrame
    county_id: list[str]
    school_id: list[str]
    provider_id: list[str]
    school_county: NDArray[np.int64]
    school_phase: NDArray[np.int64]
    school_locality: NDArray[np.int64]
    key_county: NDArray[np.bool_]
    provider_until: NDArray[np.datetime64]


def make_province(settings: Simulation, words: Words, rng: np.random.Generator) -> Province:
    """Draw the organisations."""
    schools = max(6, round(settings.teachers / _TEACHERS_PER_SCHOOL))
    counties = max(2, round(schools / _SCHOOLS_PER_COUNTY))
    key = rng.random(counties) < _KEY_COUNTY_SHARE
    key[0] = True
    county = np.sort(rng.integers(counties, size=schools))
    # Every phase has a school at least, however small the province is.
    phase = rng.choice(len(codes.PHASES), size=schools, p=_PHASE_SHARES)
    phase[: len(codes.PHASES)] = np.arange(min(len(codes.PHASES), schools))
    shares = np.cumsum(np.array(_LOCALITY_SHARES)[key[county].astype(int)], axis=1)
    locality = (rng.random((schools, 1)) > shares[:, :-1]).sum(axis=1)
    places, county_id = _places(settings, words, key, rng)
    school_rows, school_id = _schools(places, county, phase, locality)
    provider_rows, provider_id, until = _providers(settings, words, rng)
    return Province(
        frame=pd.DataFrame([*places, *school_rows, *provider_rows]),
        county_id=county_id,
        school_id=school_id,
        provider_id=provider_id,
        school_county=county,
        school_phase=phase,
        school_locality=locality,
        key_county=key,
        provider_until=until,
    )


def _row(organisation_id: str, kind: str, parent_id: str | None, name: Text) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "valid_from": _LONG_AGO,
        "kind": kind,
        "parent_id": parent_id,
        "name_zh": name[0],
        "name_en": name[1],
    }


def _place_names(words: Words, count: int, rng: np.random.Generator) -> list[Text]:
    """Return distinct invented names; more than the vocabulary holds are numbered."""
    pairs = [(a[0] + b[0], a[1] + b[1]) for a in words.place_first for b in words.place_last]
    order = rng.permutation(len(pairs))
    names = []
    for number in range(count):
        zh, en = pairs[order[number % len(pairs)]]
        lap = number // len(pairs)
        names.append((zh, en) if not lap else (f"{zh}{lap + 1}", f"{en} {lap + 1}"))
    return names


def _places(
    settings: Simulation, words: Words, key: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[list[dict[str, object]], list[str]]:
    cities = max(1, round(len(key) / _COUNTIES_PER_CITY))
    names = _place_names(words, cities + len(key), rng)
    province = settings.region
    rows = [
        _row("CN", "nation", None, ("中国", "China")),
        _row(province, "province", "CN", ("模拟省", "Simulated Province")) | {"region": province},
    ]
    for number, (zh, en) in enumerate(names[:cities]):
        rows.append(_row(f"city{number + 1:02d}", "city", province, (f"{zh}市", f"{en} City")))
    listed = pd.Timestamp(first_day(settings.ends_on, settings.years), tz="UTC") + pd.Timedelta(
        days=200
    )
    county_id = [f"county{number + 1:04d}" for number in range(len(key))]
    for number, (zh, en) in enumerate(names[cities:]):
        city = f"city{number % cities + 1:02d}"
        row = _row(county_id[number], "county", city, (f"{zh}县", f"{en} County"))
        rows.append(row | {"key_county": False})
        if key[number]:
            rows.append(row | {"key_county": True, "valid_from": listed})
    return rows, county_id


def _schools(
    places: list[dict[str, object]],
    county: NDArray[np.int64],
    phase: NDArray[np.int64],
    locality: NDArray[np.int64],
) -> tuple[list[dict[str, object]], list[str]]:
    county_names = {str(row["organisation_id"]): row for row in places if row["kind"] == "county"}
    order = list(county_names)
    counted: dict[tuple[int, int], int] = {}
    rows = []
    for number in range(len(county)):
        cell = (int(county[number]), int(phase[number]))
        counted[cell] = counted.get(cell, 0) + 1
        place = county_names[order[cell[0]]]
        zh, en = _SCHOOL_WORDS[codes.PHASES[cell[1]]]
        name = (
            f"{place['name_zh']}第{counted[cell]}{zh}",
            f"No. {counted[cell]} {en} of {place['name_en']}",
        )
        row = _row(f"school{number + 1:06d}", "school", order[cell[0]], name)
        rows.append(row | {"locality": codes.LOCALITIES[locality[number]]})
    return rows, [str(row["organisation_id"]) for row in rows]


def _providers(
    settings: Simulation, words: Words, rng: np.random.Generator
) -> tuple[list[dict[str, object]], list[str], NDArray[np.datetime64]]:
    start = np.datetime64(first_day(settings.ends_on, settings.years))
    until = np.full(len(words.providers), np.datetime64("NaT", "D"))
    # The last two of the list lose their accreditation before the end.
    lapses = start + (np.array([0.55, 0.8]) * 365 * settings.years).astype(int)
    until[-2:] = lapses
    since = start - rng.integers(400, 3_000, size=len(until))
    rows = [
        _row(f"provider{number + 1:02d}", "provider", settings.region, name)
        | {
            "accredited_from": pd.Timestamp(since[number]),
            "accredited_until": pd.Timestamp(until[number]),
        }
        for number, name in enumerate(words.providers)
    ]
    return rows, [str(row["organisation_id"]) for row in rows], until
