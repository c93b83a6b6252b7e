"""Draw the README's picture: what a teacher's list and plan look like in a terminal.

    python benchmarks/picture.py COUNTY MODEL --teacher ID --lang en --out docs/images/advice.en.svg

COUNTY and MODEL are what the README's quick start makes.
"""

from __future__ import annotations

import argparse
import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

WIDTH, LIST_LINES, PLAN_LINES = 92, 24, 26


def main() -> None:
    """Run both commands and write what they print as SVG."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("county")
    parser.add_argument("model")
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--lang", default="en", choices=("zh", "en"))
    parser.add_argument("--as-of", default="2025-11-01")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    screen = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    for command, lines in (("recommend -k 3", LIST_LINES), ("plan", PLAN_LINES)):
        name, *options = command.split()
        shown = f"$ zixuan {name} county --model model --teacher {asked.teacher}"
        screen.print(Text(shown, style="green"))
        for line in printed(asked, name, *options)[:lines]:
            screen.print(Text.from_ansi(line.rstrip()), no_wrap=True, overflow="crop")
        screen.print()
    # The font is the reader's own: a picture fetches nothing.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", screen.export_svg(title="zixuan 自选"), flags=re.S)
    asked.out.write_text(by_cells(svg.replace("Fira Code", "monospace")), encoding="utf-8")


def by_cells(svg: str) -> str:
    """Give each text the length of its cells: Rich counts a Chinese character as one, not two.

    >>> by_cells('<text textLength="24.4" y="1">课程</text>')
    '<text textLength="48.8" y="1">课程</text>'
    """

    def widened(found: re.Match[str]) -> str:
        text = html.unescape(found[3])
        length = float(found[1]) / len(text) * cell_len(text)
        return f'textLength="{length:g}"{found[2]}>{found[3]}<'

    return re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]+)<', widened, svg)


def printed(asked: argparse.Namespace, name: str, *options: str) -> list[str]:
    """Return the lines that a command prints for a terminal in colour."""
    command = [sys.executable, "-m", "zixuan", name, asked.county, "--model", asked.model]
    command += ["--teacher", asked.teacher, "--as-of", asked.as_of, "--lang", asked.lang, "-q"]
    colour = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    run = subprocess.run([*command, *options], env=colour, capture_output=True, check=True)
    return run.stdout.decode().rstrip().split("\n")


if __name__ == "__main__":
    main()
