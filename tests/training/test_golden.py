"""Golden teachers: a wrong file is refused by its place; lists are checked as they are served."""

import pytest

from features.errors import InvalidSetting, UnknownId
from tests.builders import checkerboard, left_out
from training.golden import Golden, GoldenTeacher, broken, read_golden
from training.train import train

GOOD = """
[[teachers]]
teacher_id = "t03"
must_show = ["c01"]

[[teachers]]
name = "新任小学教师"
state = { career_stage = "novice", phase = "primary", subjects = ["chinese", "history"] }
history = ["c00", "c02"]
must_not_show = ["c05"]
"""


@pytest.fixture(scope="module")
def board():
    return checkerboard()


@pytest.fixture(scope="module")
def model(board):
    return train(board, scorers=["sequence"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("teachers = 3", "at least one"),
        ("", r"no \[\[teachers\]\]"),
        ("k = 0\n" + GOOD, "k: expected a whole number of at least 1, got 0"),
        ("k = true\n" + GOOD, "got True"),
        ("title = 'x'\n" + GOOD, "got title"),
        ("[[teachers]]\nteacher_id = 'a'", "must_show or must_not_show, got none"),
        ("[[teachers]]\nmust_show = ['a']", "teacher_id, or else name"),
        ("[[teachers]]\nteacher_id = 'a'\nname = 'b'\nmust_show = ['a']", "teacher_id, or else"),
        ("[[teachers]]\nstate = {}\nmust_show = ['a']", "teacher_id, or else name"),
        ("[[teachers]]\nname = 'b'\nmust_show = 'a'", "must_show: expected a list of texts"),
        ("[[teachers]]\nname = 7\nmust_show = ['a']", "name: expected text in quotes, got 7"),
        ("[[teachers]]\nname = 'b'\nmust_shw = ['a']", "teacher 1: expected .* got must_shw"),
        ("[[teachers]]\nname = 'b'\nstate = 1\nmust_show = ['a']", "state: expected a table"),
        ("[[teachers]", "a TOML file"),
    ],
)
def test_a_file_that_is_no_golden_teachers_is_refused_by_its_place(tmp_path, text, told):
    (tmp_path / "golden.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidSetting, match=told):
        read_golden(tmp_path / "golden.toml")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match=r"nowhere\.toml"):
        read_golden(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("teacher", "error", "told"),
    [
        (GoldenTeacher("nobody", must_show=("c00",)), UnknownId, "nobody"),
        (GoldenTeacher("t00", must_show=("c99",)), UnknownId, "c99"),
        (GoldenTeacher(name="x", history=("c99",)), UnknownId, "c99"),
        (GoldenTeacher(name="x", state={"mood": "good"}), InvalidSetting, "got mood"),
        (GoldenTeacher(name="x", state={"phase": "junior;primry"}), InvalidSetting, "got primry"),
    ],
)
def test_what_the_data_set_does_not_know_is_refused(model, board, teacher, error, told):
    with pytest.raises(error, match=told):
        broken(model, board, board.log.end, Golden((teacher,)))


def test_a_file_is_read_as_it_is_written(tmp_path):
    (tmp_path / "golden.toml").write_text(GOOD, "utf-8")
    golden = read_golden(tmp_path / "golden.toml")
    first, second = golden.teachers
    assert golden.k == 10
    assert (first.teacher_id, first.must_show) == ("t03", ("c01",))
    assert second.state == {
        "career_stage": "novice",
        "phase": "primary",
        "subjects": "chinese;history",
    }
    assert (second.history, second.must_not_show) == (("c00", "c02"), ("c05",))


def test_a_teacher_of_the_data_set_is_seen_with_all_that_is_known(model, board):
    own = left_out(4)
    taken = next(c for c in ("c00", "c02") if c != own)
    right = GoldenTeacher("t04", must_show=(own,), must_not_show=(taken, "c01"))
    wrong = GoldenTeacher("t05", must_show=(own,))
    assert broken(model, board, board.log.end, Golden((right,), k=1)) == []
    assert broken(model, board, board.log.end, Golden((right, wrong, right), k=1)) == [
        f"t05: {own} not in the first 1"
    ]


def test_a_described_teacher_has_the_state_and_the_history_told(model, board):
    def lacking(*history, **state):
        one = GoldenTeacher(name="made up", state=state, history=history, must_show=("c10",))
        return broken(model, board, board.log.end, Golden((one,), k=2))

    assert lacking("c00", "c02", "c04", "c06", phase="primary") == []
    assert lacking("c01", "c03", "c05", "c07", phase="junior") == [
        "made up: c10 not in the first 2"
    ]
