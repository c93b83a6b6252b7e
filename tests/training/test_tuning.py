"""What is taken of what was tried, and the files that hold it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.errors import InvalidSetting
from training.study import Tried
from training.tuning import Asked, Found, read_parameters


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "Expecting property name"),
        ("[]", "list without it"),
        ('{"popularity": {}}', "dict without it"),
        ('{"parameters": 3}', '"parameters": {scorer'),
        ("参数", "Expecting value"),
    ],
)
def test_a_file_without_parameters_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text, "utf-8")

    with pytest.raises(InvalidSetting) as refused:
        read_parameters(path)
    assert told in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\xff\xfe")

    with pytest.raises(InvalidSetting, match="can't decode"):
        read_parameters(tmp_path / "p.json")


def of(*gains: list[float], teachers: list[int] | None = None, windows: int = 1) -> Found:
    """What is found of a default of 0.5 and of settings with these gains over it."""
    n = len(gains[0])
    asked = Asked(np.array(teachers or range(n)), np.arange(n) * windows // n)
    others = [Tried({"reg": float(k)}, 0.5 + np.array(gain), 1.0) for k, gain in enumerate(gains)]
    return Found.of("content", [Tried({"reg": 20.0}, np.full(n, 0.5), 1.0), *others], asked, 0)


def test_a_gain_within_one_standard_error_is_noise() -> None:
    """Both means are 0.1."""
    clear, noise = of([0.1, 0.1, 0.0, 0.2]), of([-0.5, 0.0, 0.2, 0.7])

    assert clear.error == pytest.approx(np.sqrt(2 * 0.1**2) / 4)
    assert noise.error == pytest.approx(np.sqrt(0.6**2 + 0.1**2 + 0.1**2 + 0.6**2) / 4)
    assert (clear.better, noise.better) == (True, False)


def test_rows_of_one_teacher_stand_or_fall_together() -> None:
    """Two teachers, each twice: the sums over their rows are -0.2 and 0.2 off the mean."""
    found = of([0.0, 0.2, 0.0, 0.2], teachers=[3, 8, 3, 8], windows=2)

    assert found.error == pytest.approx(np.sqrt(0.2**2 + 0.2**2) / 4)
    assert found.gain.teachers == 2


def test_a_setting_must_be_ahead_in_every_window() -> None:
    """The first gains most, but loses in the second window; the last gains in both."""
    found = of([0.9, 0.9, -0.1, -0.1], [0.0, 0.0, 0.3, 0.3], [0.1, 0.1, 0.2, 0.2], windows=2)

    assert found.parameters == {"reg": 2.0}
    assert found.by_window == pytest.approx((0.1, 0.2))
    assert found.better


def test_where_nothing_is_ahead_the_default_stays() -> None:
    found = of([0.0, -0.1, 0.0, 0.0], [0.9, 0.9, -0.1, -0.1], windows=2)

    assert (found.better, found.parameters, found.gain.mean) == (False, {"reg": 20.0}, 0.0)
