"""Each command on a small province does what its help says."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from features.reading import read_folder
from recommender.artifact import load, verify
from recommender.planning import policy
from recommender.planning.plan import Plan
from serving.champion import champion
from serving.identity import identify
from serving.store.engine import Store

AS_OF = "2025-11-01"
SCORERS = "popularity,content,sequence"
TEACHER = "t0000005"
NOW = pd.Timestamp("2026-06-01", tz="UTC")


def lines_wider_than(width: int, text: str) -> list[str]:
    return [line for line in text.splitlines() if cell_len(line) > width]


def test_the_same_seed_simulates_the_same_tables(zixuan, province: Path, tmp_path: Path):
    again = ("--teachers", "200", "--courses", "80", "--seed", "1", "--format", "parquet")
    outcome = zixuan("simulate", *again, "--out", "again")

    assert outcome.code == 0
    assert "200 teachers, 80 courses" in outcome.out
    first, second = (read_folder(each, now=NOW) for each in (province, tmp_path / "again"))
    assert first.content_hash == second.content_hash
    assert (tmp_path / "again" / "truth").is_dir()


def test_a_simulation_ends_on_the_day_that_is_asked_for(zixuan, tmp_path: Path):
    zixuan("simulate", "--teachers", 20, "--courses", 60, "--ends-on", "2024-06-30", "--out", "c")

    end = read_folder(tmp_path / "c", now=NOW).log.end
    assert pd.Timestamp("2024-05-01", tz="UTC") < end < pd.Timestamp("2024-07-01", tz="UTC")


def test_check_counts_the_rows_of_a_sound_folder(zixuan, province: Path):
    outcome = zixuan("check", province)

    assert outcome.code == 0
    assert "no problems" in outcome.out
    assert any(line.split() == ["courses", "80"] for line in outcome.out.splitlines())


def test_check_sets_faulty_rows_aside_when_asked(zixuan, faulty: Path, tmp_path: Path):
    outcome = zixuan("check", faulty, "--rejects", "aside")

    assert outcome.code == 0
    assert len(pd.read_csv(tmp_path / "aside" / "events.csv")) == 60
    assert "events: 60 faulty rows set aside in aside" in outcome.err
    assert "no problems" not in outcome.out


def test_check_says_so_where_nothing_was_to_be_set_aside(zixuan, province: Path):
    outcome = zixuan("check", province, "--rejects", "aside")

    assert "set aside" not in outcome.err
    assert "no problems" in outcome.out


def test_what_is_read_otherwise_than_expected_is_noticed(zixuan, tmp_path: Path):
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "teachers.csv").write_text("teacher_id,mood\nt1,good\n")
    (tables / "courses.csv").write_text("course_id\nc1\n")
    (tables / "events.csv").write_text("teacher_id,course_id,occurred_at\nt1,c1,2025-01-01\n")
    outcome = zixuan("check", tables)

    assert outcome.code == 0
    assert "1 of 1 rows undated" in outcome.err
    assert "mood" in outcome.err


def test_training_says_what_it_made_and_learns_nothing_later_than_told(
    zixuan, province: Path, tmp_path: Path
):
    options = ("--scorers", "popularity", "--until", "2025-01-01", "--no-record")
    outcome = zixuan("train", province, "--out", "early", *options)

    manifest = verify(tmp_path / "early")
    assert outcome.code == 0
    assert manifest["model_version"] in outcome.out
    # Midnight in the zone of the data.
    assert manifest["trained_until"] == "2025-01-01T00:00:00+08:00"
    assert [each.name for each in tmp_path.iterdir()] == ["early"]


def test_training_again_replaces_the_model(zixuan, province: Path, tmp_path: Path):
    for scorer in ("popularity", "content"):
        options = ("--scorers", scorer, "--no-record")
        assert zixuan("train", province, "--out", "m", *options).code == 0

    assert verify(tmp_path / "m")["scorers"] == ["content", "hybrid"]


def test_evaluation_prints_figures_and_writes_all_of_them(zixuan, province: Path, tmp_path: Path):
    options = ("--models", "popularity,sequence,hybrid", "-k", 5, "--json", "figures.json")
    outcome = zixuan("evaluate", province, "--split", "time:0.8", *options)

    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert outcome.code == 0
    assert "ndcg@5" in outcome.out
    assert lines_wider_than(80, outcome.out) == []
    assert figures["split"] == "time:0.8"
    assert {row["model"] for row in figures["figures"]} == {"popularity", "sequence", "hybrid"}


def test_evaluation_pools_splits_compares_groups_and_draws_a_page(
    zixuan, province: Path, tmp_path: Path
):
    folds = [part for n in (1, 2) for part in ("--split", f"cold-teachers:0.6:{n}/2")]
    options = ("--models", "popularity", "--choices", "all", "--report", "page.html")
    outcome = zixuan("evaluate", province, *folds, *options)

    assert outcome.code == 0
    assert lines_wider_than(80, outcome.out) == []
    assert "cold-teachers:0.6:2/2, as of" in outcome.out
    assert "gaps between groups" in outcome.out
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "tables: cold-teachers:0.6:1/2 + cold-teachers:0.6:2/2" in page


def test_evaluation_holds_out_the_pairs_of_a_file(zixuan, province: Path, tmp_path: Path):
    events = read_folder(province, now=NOW).table("events").query("kind == 'completed'").tail(30)
    events[["teacher_id", "course_id"]].to_csv(tmp_path / "test.csv", index=False)
    outcome = zixuan("evaluate", province, "--split", "file:test.csv", "--models", "popularity")

    assert outcome.code == 0
    assert "file:test.csv" in outcome.out


def test_a_list_holds_what_the_batch_holds_and_the_reasons(
    zixuan, province: Path, model: Path, tmp_path: Path
):
    options = ("--model", model, "--as-of", AS_OF, "-k", 4)
    listed = zixuan("recommend", province, *options, "--teacher", TEACHER, "--json")
    batch = zixuan("batch", province, *options, "--out", "lists.parquet")

    items = json.loads(listed.out)["items"]
    lists = pd.read_parquet(tmp_path / "lists.parquet")
    assert (listed.code, batch.code) == (0, 0)
    assert lists.columns.tolist() == ["teacher_id", "course_id", "rank", "score", "propensity"]
    own = lists[lists["teacher_id"] == TEACHER].sort_values("rank")
    assert own["course_id"].tolist() == [each["course_id"] for each in items]
    assert items[0]["title_zh"]
    assert items[0]["reasons"][0]["en"]


@pytest.fixture
def advised(province: Path, model: Path) -> tuple[object, ...]:
    """What recommend and plan are called with."""
    return (province, "--model", model, "--as-of", AS_OF, "--teacher", TEACHER)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("lang", [None, "zh", "en"])
@pytest.mark.parametrize("command", ["recommend", "plan"])
def test_what_is_shown_fits_the_terminal_in_the_language_asked_for(
    zixuan, monkeypatch, advised, command: str, lang: str | None, width: int
):
    monkeypatch.setenv("COLUMNS", str(width))
    language = ("--lang", lang) if lang else ()
    outcome = zixuan(command, *advised, *language)

    chinese = any("\u4e00" <= character <= "\u9fff" for character in outcome.out)
    assert outcome.code == 0
    assert lines_wider_than(width, outcome.out) == []
    assert chinese == (lang != "en")
    assert ("for teacher" in outcome.out) == (lang != "zh")


def plan_in(told: str) -> Plan:
    """The plan in what ``zixuan plan --json`` prints."""
    return Plan.from_json(json.dumps(json.loads(told)["plan"]))


def test_a_plan_can_be_read_back(zixuan, province: Path, model: Path):
    options = ("--model", model, "--as-of", AS_OF, "--teacher", TEACHER)
    outcome = zixuan("plan", province, *options, "--policy", "national-2011", "--json")

    plan = plan_in(outcome.out)
    assert plan.policy.startswith("national-2011@")
    assert plan.items


def test_without_an_allotment_no_offering_that_the_school_pays_is_planned(
    zixuan, province: Path, model: Path
):
    options = ("--model", model, "--as-of", AS_OF, "--teacher", TEACHER, "--json")
    outcome = zixuan("plan", province, *options, "--policy", "national-2011", "--budget", 0)

    table = read_folder(province, now=NOW).table("offerings").set_index("offering_id")
    placed = {item.offering for item in plan_in(outcome.out).items if item.offering}
    costly = table[(table["funding"] == "school") & (table["cost"].fillna(0) > 0)].index
    assert outcome.code == 0
    assert placed & set(costly) == set()


def test_a_recorded_model_is_promoted_to_where_the_service_looks(
    zixuan, province: Path, tmp_path: Path
):
    trained = zixuan("train", province, "--out", "m", "--scorers", "popularity")
    promoted = zixuan("promote", "m")

    found = champion("sqlite:///mlflow.db", "zixuan")
    assert (trained.code, promoted.code) == (0, 0)
    assert "version 1 is the champion" in promoted.out
    assert found is not None
    assert load(found).version == load(tmp_path / "m").version


def test_what_is_exported_trains_the_same_model(
    zixuan, province: Path, model: Path, tmp_path: Path
):
    imported = zixuan("import", province)
    exported = zixuan("export", "--out", "back")
    trained = zixuan("train", "back", "--out", "m", "--scorers", SCORERS, "--no-record")

    assert (imported.code, exported.code, trained.code) == (0, 0, 0)
    assert "200 teachers" in exported.out
    assert verify(tmp_path / "m")["model_version"] == verify(model)["model_version"]


def test_a_key_identifies_its_bearer_until_it_is_revoked(zixuan, tmp_path: Path):
    key = zixuan("key", "--scopes", "admin", "--tenant", "hangzhou").out.strip()
    store = Store.open("sqlite:///zixuan.db")
    with store.reading() as connection:
        caller = identify(connection, f"Bearer {key}", NOW)
    revoked = zixuan("key", "--revoke", key.split("_")[1])
    store.close()

    assert (caller.tenant, sorted(caller.scopes)) == ("hangzhou", ["admin"])
    assert "revoked" in revoked.out


def test_the_version_is_told(zixuan):
    outcome = zixuan("--version")

    assert outcome.code == 0
    assert outcome.out.strip()[0].isdigit()


def test_a_list_explores_when_asked_to_and_the_same_seed_tries_the_same(
    zixuan, province: Path, model: Path
):
    options = ("--model", model, "--as-of", AS_OF, "--teacher", "t0000001", "-k", 6, "--json")

    def items(*more: object):
        return json.loads(zixuan("recommend", province, *options, *more).out)["items"]

    plain, one, again = items(), *(items("--explore", 0.5, "--seed", 1) for _ in range(2))

    assert {each["propensity"] for each in plain} == {1.0}
    assert one == again
    assert [each["rank"] for each in one if each["propensity"] < 1] == [2, 4, 6]


def test_a_share_of_more_than_all_is_refused_on_one_line(zixuan, advised):
    outcome = zixuan("recommend", *advised, "--explore", 2)

    assert outcome.code == 1
    assert outcome.error_lines == [
        "zixuan: explore: expected a share of 0 to 1, got 2; "
        "choose 0 to explore nothing, 0.1 for one place in ten"
    ]


def test_a_credit_sheet_needs_no_model(zixuan, province: Path):
    options = ("--teacher", TEACHER, "--as-of", AS_OF)
    outcome = zixuan("credits", province, *options)
    as_json = zixuan("credits", province, *options, "--json")

    assert outcome.code == 0
    assert "学分单" in outcome.out
    assert "Credit sheet" in outcome.out
    assert lines_wider_than(80, outcome.out) == []
    found = json.loads(as_json.out)
    assert found["teacher_id"] == TEACHER
    assert found["entries"]
    assert {each["requirement"] for each in found["accounts"]} >= {"total", "ethics"}


def test_a_credit_sheet_speaks_one_language_where_it_is_named(zixuan, province: Path):
    options = ("--teacher", TEACHER, "--as-of", AS_OF, "--policy", "shanghai-2021")
    outcome = zixuan("credits", province, *options, "--lang", "en")

    assert outcome.code == 0
    assert "学分单" not in outcome.out


SHIPPED = Path(policy.__file__).parent / "policies"


def test_a_sound_policy_is_summed_up(zixuan):
    file = SHIPPED / "shanghai-2021.toml"
    outcome = zixuan("policy", "check", file, "--lang", "zh")
    found = json.loads(zixuan("policy", "check", file, "--json").out)

    assert outcome.code == 0
    assert "市级培训不少于 7 学分" in outcome.out
    assert lines_wider_than(80, outcome.out) == []
    assert found["place"] == "CN-SH"
    assert found["requirements"][0]["amount"] == "≥ 36"


def test_every_fault_of_a_policy_is_told_with_its_line(zixuan, tmp_path: Path):
    text = (SHIPPED / "jiangsu.toml").read_text("utf-8")
    faulty = text.replace("minimum = 180", "minimum = 180.3").replace("cap = 18", "cap = 18.1")
    (tmp_path / "mine.toml").write_text(faulty, "utf-8")
    outcome = zixuan("policy", "check", "mine.toml")

    rows = [at for at, row in enumerate(faulty.splitlines(), 1) if ".3" in row or "18.1" in row]
    assert outcome.code == 1
    assert [line.split(",")[1] for line in outcome.error_lines[:3]] == [
        f" line {row}" for row in rows
    ]
    assert outcome.error_lines[3].startswith("zixuan: the policy mine.toml: 3 faults")


def test_a_policy_that_is_no_toml_is_told_where(zixuan, tmp_path: Path):
    (tmp_path / "mine.toml").write_text("id = 'mine'\nplace =\n", "utf-8")

    assert zixuan("policy", "check", "mine.toml").error_lines[0].startswith("mine.toml, line 2")
