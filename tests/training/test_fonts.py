"""Chinese in pictures: a font is found or its package named, and the glyphs are really drawn."""

from __future__ import annotations

import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from features.errors import MissingComponent
from training.bootstrap import Figure
from training.fonts import PACKAGE, chinese_font
from training.plots import STYLE, chinese_style, draw_intervals


def drawn(text: str, style: dict[str, object]) -> NDArray[np.uint8]:
    """The pixels of a text."""
    with mpl.rc_context(style):
        canvas = FigureCanvasAgg(Canvas(figsize=(4, 1)))
        canvas.figure.text(0.1, 0.5, text)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, 0].copy()


def test_a_missing_font_is_refused_with_the_package_that_brings_it() -> None:
    told = rf"font for Chinese: expected one of No Such Sans, .*apt-get install {PACKAGE}"
    with pytest.raises(MissingComponent, match=told):
        chinese_font(["No Such Sans"])


def test_a_font_without_chinese_warns_when_chinese_is_drawn() -> None:
    """So that the tests after it, in which warnings are errors, mean something."""
    with pytest.warns(UserWarning, match="missing from font"):
        drawn("选", {**STYLE, "font.family": ["DejaVu Sans"]})


def test_fonts_are_tried_in_their_order() -> None:
    assert chinese_font(["No Such Sans", "DejaVu Sans"]) == "DejaVu Sans"


def test_a_font_installed_since_matplotlib_last_looked_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mpl.font_manager.fontManager, "ttflist", [])

    assert chinese_font(["DejaVu Sans"]) == "DejaVu Sans"


def test_chinese_is_drawn_without_a_warning_and_each_glyph_is_its_own() -> None:
    style = chinese_style()
    glyphs = [drawn(glyph, style) for glyph in "自主选学乡村"]

    assert all(glyph.min() < 128 for glyph in glyphs)
    assert len({glyph.tobytes() for glyph in glyphs}) == len(glyphs)


def test_intervals_on_axes_are_labelled_in_chinese() -> None:
    figures = {"novice 新任": Figure(0.3, 0.2, 0.4, 30), "−": Figure(-0.1, -0.2, 0.0, 30)}
    with mpl.rc_context(chinese_style()), warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas = FigureCanvasAgg(Canvas(figsize=(4, 2)))
        axes = canvas.figure.subplots()
        draw_intervals(axes, {"warm 有学习历史": figures}, line=0.0)
        canvas.draw()

    assert [label.get_text() for label in axes.get_yticklabels()] == list(figures)
