"""The demonstration: a made-up county, from its tables to answers over HTTP."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import Refused
from features.reading import read_folder
from recommender.artifact import save
from serving.identity import Scope, create_key
from serving.store.engine import Store
from serving.store.transfer import import_dataset
from training.evaluate import evaluate
from training.evaluation import Evaluation
from training.promote import promote
from training.record import record_of
from training.simulate import Simulation, simulate, write
from training.split import TimeSplit
from training.tracking import Tracker
from training.train import train
from zixuan.server import Client
from zixuan.stopwatch import Stopwatch

SEED = 1
ZONE = "Asia/Shanghai"
TENANT = "default"
#: Share of the events that evaluation trains on.
EVALUATED_FROM = 0.85
DATA, MODEL, STORE, LOG, MARK = "data", "model", "zixuan.db", "server.log", "demo.json"
#: What the demonstration makes in its folder, and so may remove from it.
OWN = (DATA, MODEL, STORE, f"{STORE}-wal", f"{STORE}-shm", LOG, "mlflow.db", "artifacts", MARK)


@dataclass(frozen=True, slots=True)
class Ready:
    """What is needed to serve and to ask.

    Parameters
    ----------
    settings
        Of the server.
    key
        An API key.
    teacher_id
        A teacher worth asking for.
    evaluation
        How well a model foresees the last part of the county's history.
    """

    settings: dict[str, object]
    key: str
    teacher_id: str
    evaluation: Evaluation


def prepare(
    folder: Path,
    *,
    teachers: int,
    now: pd.Timestamp,
    watch: Stopwatch,
    report: Callable[[str], None],
) -> Ready:
    """Make everything anew: tables, model, figures, champion, store, key.

    Parameters
    ----------
    folder
        Emptied of what an earlier demonstration made in it.
    teachers
        How many; courses and events follow from it.
    now
        The county's history ends on the day before.
    watch
        Measures the phases.
    report
        Is told each step.

    Raises
    ------
    Refused
        If the folder is not a demonstration's, or its server is running.
    """
    _make_room(folder)
    with watch.phase("simulate 模拟"):
        report("simulate a county")
        yesterday = (now.tz_convert(ZONE) - pd.Timedelta(days=1)).date()
        write(*simulate(Simulation(teachers=teachers, ends_on=yesterday), SEED), folder / DATA)
    with watch.phase("read and check 读取校验"):
        report("read and check its tables")
        dataset = read_folder(folder / DATA, now=now)
    with watch.phase("train 训练"):
        model = train(dataset, seed=SEED, report=report)
        save(model, folder / MODEL)
    training = watch.phases[-1]
    with watch.phase("evaluate 评估"):
        evaluation = evaluate(dataset, TimeSplit(EVALUATED_FROM), seed=SEED, report=report)
    with watch.phase("record and promote 登记上线"):
        report("record and promote")
        tracker = Tracker.in_folder(folder)
        kept = record_of(
            model, seed=SEED, seconds=training.wall, dataset=dataset, evaluation=evaluation
        )
        tracker.record(kept, folder / MODEL)
        promote(folder / MODEL, tracker)
    with watch.phase("import 导入"):
        report("import into the store")
        database = f"sqlite:///{folder.resolve() / STORE}"
        key = _import(database, dataset, now)
    settings: dict[str, object] = {
        "database_url": database,
        "tracking_uri": tracker.uri,
        "https": False,
    }
    return Ready(settings, key, _typical_teacher(dataset), evaluation)


def mark(folder: Path, port: int) -> None:
    """Write down where the folder's server listens."""
    (folder / MARK).write_text(json.dumps({"port": port}) + "\n", "utf-8")


def _make_room(folder: Path) -> None:
    marked = folder / MARK
    if folder.exists() and not marked.exists() and any(folder.iterdir()):
        raise Refused(
            str(folder),
            expected="a new folder, or one that an earlier demonstration made",
            got="other files",
            remedy="name another with --folder",
        )
    if marked.exists() and Client(json.loads(marked.read_text("utf-8"))["port"]).answers():
        raise Refused(
            str(folder),
            got="a demonstration that is running",
            remedy="stop it first (Ctrl+C where it runs), or name another folder with --folder",
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark(folder, 0)
    for name in OWN[:-1]:
        shutil.rmtree(folder / name, ignore_errors=True)
        if not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)


def _import(database: str, dataset: Dataset, now: pd.Timestamp) -> str:
    store = Store.open(database)
    try:
        import_dataset(store, dataset, now=now, tenant=TENANT)
        return create_key(store, TENANT, [Scope.PLATFORM], now, label="demo")
    finally:
        store.close()


def _typical_teacher(dataset: Dataset) -> str:
    """Return a teacher who has done as much as most: the first of the median."""
    events = np.bincount(dataset.log.teacher, minlength=len(dataset.teachers))
    typical = np.argmin(np.abs(events - np.median(events)))
    return str(dataset.teachers.ids[int(typical)])
