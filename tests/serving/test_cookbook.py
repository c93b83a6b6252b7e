"""Every recipe of docs/cookbook.md is run against a real server, and brings what the page says."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 180


@dataclass(frozen=True)
class Recipe:
    """A block of the page, and what it says comes back: JSON, text, or nothing."""

    heading: str
    command: str
    language: str = ""
    expected: str = ""


def recipes() -> list[Recipe]:
    """The blocks of the page in order, each with the answer that follows it."""
    text, found = PAGE.read_text("utf-8"), []
    for block in FENCE.finditer(text):
        language, body = block.groups()
        if language == "bash":
            heading = re.findall(r"^## (.*)$", text[: block.start()], re.MULTILINE)[-1]
            found.append(Recipe(heading, body))
        else:
            last = found.pop()
            assert not last.language, f"two answers under {last.heading}"
            found.append(Recipe(last.heading, last.command, language, body))
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block has printed; all of them are run in one shell."""
    folder = tmp_path_factory.mktemp("kitchen")
    script = "\n".join(
        f"{{\n{recipe.command}}} > answer.{number} || exit {number + 1}"
        for number, recipe in enumerate(recipes())
    )
    (folder / "script").write_text(f"trap 'kill $(jobs -p)' EXIT\n{script}\n", "utf-8")
    tools = Path(sys.executable).parent
    environment = {name: own for name, own in os.environ.items() if name[:7] != "ZIXUAN_"}
    environment |= {"PATH": f"{tools}:{environment['PATH']}", "ZIXUAN_PORT": str(free_port())}
    command = ["bash", "script"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return [(folder / f"answer.{n}").read_text("utf-8") for n in range(len(recipes()))]


def lacking(expected: Any, found: Any, place: str = "") -> list[str]:
    """Where an answer is not what a part of it should be; lists match from their beginning."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            each
            for name, own in expected.items()
            for each in lacking(own, found.get(name, "nothing"), f"{place}/{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and (expected or not found):
        pairs = enumerate(expected)
        return [
            each
            for n, own in pairs
            for each in lacking(own, found[n] if n < len(found) else "nothing", f"{place}/{n}")
        ]
    return [] if expected == found else [f"{place}: expected {expected!r}, got {found!r}"]


def differences(recipe: Recipe, answer: str) -> list[str]:
    """Where an answer is not what the page says; ``...`` in text stands for anything in a line."""
    if recipe.language == "json":
        return lacking(json.loads(recipe.expected), json.loads(answer))
    pattern = re.escape(recipe.expected).replace(re.escape("..."), ".*")
    return [] if re.fullmatch(pattern, answer) else [answer]


def test_every_kind_of_request_has_a_recipe():
    page = PAGE.read_text("utf-8")
    for word in ("events:bulk", "batch", "why-not", "revisions", "credits", ":merge", "export"):
        assert word in page


def test_every_recipe_brings_what_the_page_says(answers: list[str]):
    wrong = [
        (recipe.heading, each)
        for recipe, answer in zip(recipes(), answers, strict=True)
        for each in differences(recipe, answer)
    ]
    assert wrong == []
