"""What the doctor finds is shown, whatever it is that was looked at."""

from __future__ import annotations

from typing import get_args

import pytest

from serving.doctor import Finding, State, Thing
from zixuan.show_doctor import show_findings


@pytest.mark.parametrize("lang", [None, "zh", "en"])
def test_everything_that_is_looked_at_has_a_name(capsys: pytest.CaptureFixture[str], lang):
    things = get_args(Thing)
    found = [Finding(each, State.WATCH, f"about {each}", "do it") for each in things]
    show_findings(found, lang)
    told = capsys.readouterr().out
    assert all(f"about {each}" in told for each in things)
    assert "回调" in told if lang != "en" else "webhooks" in told


def test_the_doctor_looks_at_a_store_and_tells_all(zixuan, province):
    assert zixuan("import", str(province)).code == 0
    outcome = zixuan("doctor", "--lang", "en")
    assert outcome.code in (0, 1)
    assert "webhooks" in outcome.out
    assert "Chinese font" in outcome.out
