"""As of when a folder of tables is advised on."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from tests.builders import at, took, world
from zixuan.reading import advised_at

PRESENT = at("2026-06-01")


def test_a_stated_moment_is_read_in_the_zone_of_the_data() -> None:
    dataset = world([took("ann", "a", "2019-01-01")])

    found = advised_at(datetime(2019, 3, 1), dataset, PRESENT)

    assert found == pd.Timestamp("2019-03-01", tz=dataset.columns.zone)


def test_a_living_data_set_is_advised_on_as_of_now() -> None:
    assert advised_at(None, world([took("ann", "a", "2026-05-01")]), PRESENT) == PRESENT


def test_a_record_of_the_past_is_advised_on_as_of_its_end_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = advised_at(None, world([took("ann", "a", "2019-01-01")]), PRESENT)

    assert at("2019-01-01") < found < at("2019-01-02")
    assert "as of 2019-01-01" in capsys.readouterr().err
