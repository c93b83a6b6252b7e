"""The data sets of the benchmarks, prepared from the files that their makers publish.

- ``mars_en``: the Mandarine Academy data set in English (Hafsa et al. 2022, doi
  10.7910/DVN/BMY3UD). Views are the events; job, difficulty, software, theme, intended jobs and
  kind are declared features; titles and descriptions are text. The number of views of a course is
  no feature: it counts views of the whole period, and so tells of the future.
- ``movies``: MovieLens 100k (GroupLens). Every rating is a completion.
- any other folder: the tables of docs/data-format.md.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd

from features.codes import CHOICE_KINDS
from features.columns import ColumnsFile
from features.dataset import Dataset
from features.declaration import LIST_SEPARATOR
from features.reading import read_folder

OF_TRAINING = {
    "teachers": {"job": "category"},
    "courses": {
        "difficulty": "category",
        "software": "list",
        "theme": "list",
        "jobs": "list",
        "form": "category",
    },
}
OF_MOVIES = {
    "teachers": {"age": "number", "gender": "category", "occupation": "category"},
    "courses": {"genres": "list"},
}
RATING = ["teacher_id", "course_id", "value", "seconds"]


def prepared(folder: Path) -> Dataset:
    """Prepare the data set of a folder, whichever it holds."""
    if (folder / "items_en.csv").exists():
        return mars_en(folder)
    if (folder / "u.data").exists():
        return movies(folder)
    return read_folder(folder, now=pd.Timestamp.now("UTC"))


def ids_only(dataset: Dataset) -> Dataset:
    """Return nothing but ids, and the times of what teachers chose themselves."""
    own = dataset.log.where(dataset.log.self_selected).of_kinds(*CHOICE_KINDS)
    tables = {
        "teachers": {"teacher_id": dataset.teachers.ids},
        "courses": {"course_id": dataset.courses.ids},
        "events": {
            "teacher_id": dataset.teachers.outside(own.teacher),
            "course_id": dataset.courses.outside(own.course),
            "occurred_at": pd.to_datetime(own.occurred_at, unit="us", utc=True),
        },
    }
    return Dataset.of({name: pd.DataFrame(columns) for name, columns in tables.items()})


def mars_en(folder: Path) -> Dataset:
    """Prepare the views of workplace training."""
    read = {"dtype": "str", "keep_default_na": False}
    users = pd.read_csv(folder / "users_en.csv", **read)
    items = pd.read_csv(folder / "items_en.csv", **read)
    views = pd.read_csv(folder / "implicit_ratings_en.csv", **read)
    teachers = {"teacher_id": users["user_id"], "job": _known(users["job"])}
    courses = {
        "course_id": items["item_id"],
        "title_en": items["name"],
        "text_en": items["description"],
        "difficulty": _known(items["Difficulty"]),
        "software": _listed(items["Software"]),
        "theme": _listed(items["Theme"]),
        "jobs": _listed(items["Job"]),
        "form": items["type"],
    }
    events = {
        "teacher_id": views["user_id"],
        "course_id": views["item_id"],
        "occurred_at": pd.to_datetime(views["created_at"], utc=True),
    }
    tables = {"teachers": teachers, "courses": courses, "events": events}
    return Dataset.of(
        {name: pd.DataFrame(columns) for name, columns in tables.items()},
        ColumnsFile(zone="Europe/Paris", features=OF_TRAINING),
    )


def movies(folder: Path) -> Dataset:
    """Prepare the ratings of films."""
    users = pd.read_csv(
        folder / "u.user",
        sep="|",
        header=None,
        dtype="str",
        names=["teacher_id", "age", "gender", "occupation", "zip"],
    )
    events = ratings(folder / "u.data")
    occurred = pd.to_datetime(events["seconds"].astype(int), unit="s", utc=True)
    return Dataset.of(
        {
            "teachers": users.astype({"age": "float64"}),
            "courses": _films(folder),
            "events": events.astype({"value": "float64"}).assign(occurred_at=occurred),
        },
        ColumnsFile(features=OF_MOVIES),
    )


def _films(folder: Path) -> pd.DataFrame:
    genres = pd.read_csv(folder / "u.genre", sep="|", header=None)[0].tolist()
    films = pd.read_csv(
        folder / "u.item", sep="|", header=None, encoding="latin-1", dtype={0: "str"}
    )
    flags = films.iloc[:, -len(genres) :].to_numpy(bool)
    of_film = [
        LIST_SEPARATOR.join(g for g, on in zip(genres, row, strict=True) if on) for row in flags
    ]
    return pd.DataFrame({"course_id": films[0], "title_en": films[1], "genres": of_film})


def ratings(path: Path) -> pd.DataFrame:
    """Read a file of ratings as it is, all cells text."""
    return pd.read_csv(path, sep="\t", header=None, names=RATING, dtype="str")


def _known(words: pd.Series) -> pd.Series:
    return words.where(words != "N/A")


def _listed(cells: pd.Series) -> pd.Series:
    """Turn Python lists into lists as zixuan writes them."""
    lists = cells.map(ast.literal_eval)
    return lists.map(lambda words: LIST_SEPARATOR.join(w.replace(";", ",") for w in words))
