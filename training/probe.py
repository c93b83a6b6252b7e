"""A data set to try a model on where there is no other."""

from __future__ import annotations

import pandas as pd

from features.dataset import Dataset
from recommender.model import Model

UNSEEN = "\x7fcourse that no model knows"


def probe(model: Model) -> Dataset:
    """Make a data set to try a model on.

    It holds the courses that the model knows and one that it does not; a teacher who has taken
    the first of them a day before the training ended, and one who has taken nothing.
    """
    courses = [*model.course_encoder.fitted.ids, UNSEEN]
    event = {
        "teacher_id": ["warm"],
        "course_id": courses[:1],
        "occurred_at": [model.trained_until - pd.Timedelta(days=1)],
    }
    return Dataset.of(
        {
            "teachers": pd.DataFrame({"teacher_id": ["cold", "warm"]}),
            "courses": pd.DataFrame({"course_id": courses}),
            "events": pd.DataFrame(event),
        }
    )
