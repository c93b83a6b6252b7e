"""Plots: as SVG text to set into a page, with no file and no network, or on axes at hand.

In a page the reader's own fonts draw the letters, so that Chinese shows on one made on a machine
without a Chinese font. In a picture, such as a notebook's, they must be drawn here: see
:func:`chinese_style`.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from training.bootstrap import Figure
from training.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

#: Inches; as wide as a phone shows without shrinking the letters.
WIDTH = 4.6
ROW = 0.3
#: Colour and marker of each series, told apart without colour too.
SERIES = (
    ("#1f5fa8", "o"),
    ("#c96a12", "s"),
    ("#2b8a6f", "^"),
    ("#7b4fa3", "D"),
    ("#b23a48", "v"),
    ("#5b6774", "P"),
)
STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a94a0",
    "axes.axisbelow": True,
    "grid.color": "#e3e7ec",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a picture of two measures; ``size`` is a share between 0 and 1."""

    label: str
    x: float
    y: float
    size: float


def chinese_style() -> dict[str, Any]:
    """Return settings with which matplotlib draws as the report does, and Chinese too.

    For ``matplotlib.pyplot.rcParams.update`` in a notebook.

    Raises
    ------
    MissingComponent
        If no font for Chinese is installed.
    """
    return {
        **STYLE,
        "font.family": [chinese_font(), "DejaVu Sans"],
        "figure.constrained_layout.use": True,
        "figure.dpi": 110,
    }


def intervals(
    title: str, series: Mapping[str, Mapping[str, Figure]], *, line: float | None = None
) -> str:
    """Draw means with their intervals, one row for each label.

    Parameters
    ----------
    title
        What is measured; read out where the plot cannot be seen.
    series
        Name -> label -> figure. Labels keep the order of their first appearance; a figure
        without a mean is left out.
    line
        Where to draw a line to compare with, such as 0.
    """
    height = 0.8 + ROW * max(len(_labels(series)), 1) * (1 + 0.35 * (len(series) - 1))
    with _canvas(title, height) as (canvas, axes):
        draw_intervals(axes, series, line=line)
        if len(series) > 1:
            canvas.legend(loc="outside lower center", ncols=len(series), frameon=False)
        return _svg(canvas, title)


def draw_intervals(
    axes: Axes, series: Mapping[str, Mapping[str, Figure]], *, line: float | None = None
) -> None:
    """Draw means with their intervals on axes; the parameters are those of :func:`intervals`."""
    rows = _labels(series)
    shift = 0.22 if len(series) > 1 else 0.0
    for number, (name, figures) in enumerate(series.items()):
        colour, marker = SERIES[number % len(SERIES)]
        off = shift * (number - (len(series) - 1) / 2)
        shown = [(label, f) for label, f in figures.items() if not math.isnan(f.mean)]
        places = [rows.index(label) + off for label, _ in shown]
        means = [figure.mean for _, figure in shown]
        axes.hlines(places, [f.low for _, f in shown], [f.high for _, f in shown], color=colour)
        axes.plot(means, places, marker, color=colour, markersize=5, label=name)
    if line is not None:
        axes.axvline(line, color="#8a94a0", linewidth=1, linestyle="--")
    # More would run into each other on a phone.
    axes.locator_params(axis="x", nbins=5)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x")


def _labels(series: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    """Return the labels of all series, in the order of their first appearance."""
    return list(dict.fromkeys(label for figures in series.values() for label in figures))


def scatter(title: str, points: Sequence[Point], x: str, y: str) -> str:
    """Draw points of two measures, the larger the greater their share.

    Points at the same place are one; a point without a place is left out.
    """
    from matplotlib.collections import PathCollection

    places: dict[tuple[float, float], list[Point]] = {}
    for point in points:
        if not (math.isnan(point.x) or math.isnan(point.y)):
            places.setdefault((round(point.x, 3), round(point.y, 4)), []).append(point)
    with _canvas(title, 3.8) as (canvas, axes):
        for number, (place, here) in enumerate(sorted(places.items())):
            colour, marker = SERIES[number % len(SERIES)]
            area = 30 + 400 * max(point.size for point in here)
            name = ", ".join(point.label for point in here)
            axes.scatter(
                *place, s=area, color=colour, marker=marker, alpha=0.6, linewidths=0, label=name
            )
        if places:
            legend = canvas.legend(loc="outside lower center", ncols=2, frameon=False)
            for handle in legend.legend_handles:
                if isinstance(handle, PathCollection):
                    handle.set_sizes([35])
        axes.set(xlabel=x, ylabel=y)
        axes.margins(0.25)
        axes.grid()
        return _svg(canvas, title)


@contextmanager
def _canvas(title: str, height: float) -> Iterator[tuple[Canvas, Axes]]:
    """Give a canvas of our style, and leave the process's own settings alone."""
    # Slow to import, and only reports draw.
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    # The salt makes the same plot the same text, and keeps plots of one page apart.
    style: Any = {**STYLE, "svg.hashsalt": title}
    with mpl.rc_context(style), warnings.catch_warnings():
        # Glyphs are only measured here; the reader's fonts draw them.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        yield canvas, canvas.subplots()


def _svg(canvas: Canvas, title: str) -> str:
    """Return the drawing as an SVG element with its title for those who cannot see it."""
    out = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    canvas.savefig(out, format="svg", metadata=nothing, transparent=True)
    element = out.getvalue()[out.getvalue().index("<svg") :]
    # The page decides how wide it is; the view box keeps the proportions.
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", element, count=1)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)
