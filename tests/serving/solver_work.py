"""What processes are given to do in tests; they import this module, and little else."""

from __future__ import annotations

import os
import time

import pandas as pd

from features.errors import InvalidData, Problem
from serving.advising import View


def pid(view: View) -> int:
    return os.getpid()


def dies(view: View) -> None:
    os._exit(1)


def takes_long(view: View) -> None:
    time.sleep(600)


def refuses(view: View, told: Problem) -> None:
    raise InvalidData([told])


def known(view: View) -> tuple[str, pd.Timestamp, str]:
    return view.teacher_id, view.as_of, view.loaded.version
