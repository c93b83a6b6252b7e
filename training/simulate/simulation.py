"""Puts a simulated province together, and writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.dataset import Dataset
from features.folders import refuse_foreign_files
from features.writing import OWN_FILES, write_folder
from training.simulate.catalogue import Catalogue, make_catalogue
from training.simulate.choices import activity, choose
from training.simulate.competence import (
    Competence,
    competencies_frame,
    diagnoses_frame,
    make_competence,
)
from training.simulate.duties import World, make_duties
from training.simulate.happenings import Happenings, events_frame, happenings
from training.simulate.ledger import capacities, credits_frame, enrolments_frame
from training.simulate.offerings import (
    Offerings,
    make_offerings,
    offerings_frame,
    quotas_frame,
    stages_frame,
)
from training.simulate.places import Glances, Places
from training.simulate.province import make_province
from training.simulate.rounds import Round, day, first_day, rounds
from training.simulate.settings import Simulation
from training.simulate.tastes import (
    appeals,
    course_vectors,
    followers,
    leaning,
    pulls,
    segments,
    tastes,
)
from training.simulate.teachers import Teachers, make_teachers, teachers_frame
from training.simulate.truth import TRUTH_FILES, Truth, Weights, remove_truth, save_truth
from training.simulate.turns import Scene
from training.simulate.words import Words, load_words

#: Teachers of the trial run that sets how often teachers choose.
_TRIAL = 2_000
_TRIAL_RATE = 0.7


def simulate(settings: Simulation, seed: int) -> tuple[Dataset, Truth]:
    """Draw a province with known tastes.

    The same settings and seed give the same data set, with the same content hash.

    Returns
    -------
    tuple
        The data set, and the truth behind it.
    """
    rng = np.random.default_rng(seed)
    words = load_words()
    province = make_province(settings, words, rng)
    catalogue = make_catalogue(settings, words, province, rng)
    teachers = make_teachers(settings, words, province, rng)
    when = rounds(settings.ends_on, settings.years)
    offered, running = make_offerings(catalogue, province, when, rng)
    imposed, duties = make_duties(World(settings, catalogue, province, teachers), len(offered), rng)
    offerings = Offerings.joined([offered, imposed])
    truth, competence = _truth(settings, words, teachers, catalogue, when, rng)
    start = day(first_day(settings.ends_on, settings.years))
    scene = Scene(truth, teachers, catalogue, offerings, running, when, start)
    places, events = _history(settings, scene, duties, rng)
    last = day(settings.ends_on)
    places = places.where(places.wished <= last)
    tables = {
        "organisations": province.frame,
        "teachers": teachers_frame(teachers, words, province, competence.goals, rng),
        "courses": catalogue.frame,
        "offerings": offerings_frame(offerings, catalogue, capacities(offerings, places, rng)),
        "offering_stages": stages_frame(offerings, catalogue),
        "enrolments": enrolments_frame(places, teachers, offerings, last, rng),
        "events": events_frame(events, teachers, catalogue, offerings, rng),
        "credits": credits_frame(settings, places, teachers, catalogue, offerings, rng),
        "quotas": quotas_frame(offerings, province, rng),
        "competencies": competencies_frame(words),
        "diagnoses": diagnoses_frame(settings, words, teachers, competence, rng),
    }
    return Dataset.of(tables), truth


def write(dataset: Dataset, truth: Truth, folder: Path, file_format: str = "csv") -> None:
    """Write the tables into a folder, and the truth into ``truth/`` inside it.

    An earlier simulation in the folder is replaced.

    Raises
    ------
    Refused
        If the folder holds anything else, tables without their truth too: these are real.
    """
    told = folder / "truth"
    own = OWN_FILES | {told.name} if told.is_dir() else ()
    refuse_foreign_files(folder, own, "an earlier simulation")
    refuse_foreign_files(told, TRUTH_FILES, "an earlier simulation's truth")
    remove_truth(told)
    write_folder(dataset, folder, file_format)
    save_truth(truth, told)


def _truth(
    settings: Simulation,
    words: Words,
    teachers: Teachers,
    catalogue: Catalogue,
    when: Sequence[Round],
    rng: np.random.Generator,
) -> tuple[Truth, Competence]:
    vectors = course_vectors(catalogue, rng)
    taste = tastes(teachers, words, rng)
    many = len(words.competencies)
    competence = make_competence(teachers, leaning(taste, vectors, catalogue, many), rng)
    segment, eligible, base = segments(teachers, catalogue)
    truth = Truth(
        weights=Weights(noise=settings.noise, drift=2.0 * settings.drift),
        teacher_ids=teachers.ids.to_numpy(dtype=str),
        course_ids=catalogue.frame["course_id"].to_numpy(dtype=str),
        taste=taste,
        vectors=vectors,
        segment=segment,
        base=base,
        eligible=eligible,
        pull=pulls(competence),
        competency=np.where(catalogue.competency < 0, many, catalogue.competency),
        appeal=appeals(catalogue, when, rng),
        followers=followers(catalogue, vectors, rng),
        round_years=np.array([one.year for one in when]),
        first_school_year=np.array([teachers.first_year]),
    )
    return truth, competence


def _history(
    settings: Simulation, scene: Scene, duties: Places, rng: np.random.Generator
) -> tuple[Places, Happenings]:
    """Draw places and events; a trial run on some teachers finds how often they must choose."""
    last, n = day(settings.ends_on), len(scene.teachers)
    active = activity(n, rng)
    imposed = happenings(duties, _no_glances(), scene.offerings, rng).until(last)
    wanted = max(1.0, settings.events_per_teacher - len(imposed) / n)
    rate = _TRIAL_RATE
    for _ in range(2):
        tried, seen = choose(scene, rate, duties, active[:_TRIAL], rng)
        events = happenings(tried, seen, scene.offerings, rng).until(last)
        rate *= wanted / max(len(events) / min(n, _TRIAL), 0.1)
    chosen, glances = choose(scene, rate, duties, active, rng)
    places = Places.joined([duties, chosen])
    return places, happenings(places, glances, scene.offerings, rng).until(last)


def _no_glances() -> Glances:
    none: NDArray[np.int64] = np.zeros(0, np.int64)
    return Glances(none, none, none, none.astype(bool))
