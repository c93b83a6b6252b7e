"""Groups of teachers whom a model should serve alike: by place, stage and phase."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.dataset import Dataset
from features.states import teachers_at

#: Columns of a teacher's state, the place by way of the school, whose words name the groups.
GROUPINGS = ("locality", "key_county", "career_stage", "phase")


def groups(
    dataset: Dataset, as_of: pd.Timestamp, teachers: NDArray[np.integer]
) -> dict[str, NDArray[np.str_]]:
    """Return the group that each teacher is in at a moment, by every grouping.

    Parameters
    ----------
    dataset
        Its teachers and organisations.
    as_of
        No state dated at or after it is seen.
    teachers
        Positions, shape (n,).

    Returns
    -------
    dict of grouping -> words, shape (n,)
        ``""`` where the word is unknown; ``key_county`` is ``True`` or ``False``. A grouping of
        which nothing is known of any teacher of the data set is left out.
    """
    states = teachers_at(dataset, as_of)
    known = [name for name in GROUPINGS if states[name].notna().any()]
    words = {name: states[name].astype("str").fillna("") for name in known}
    return {name: np.asarray(column, np.str_)[teachers] for name, column in words.items()}
