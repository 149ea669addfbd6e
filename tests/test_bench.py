"""The benchmark compares like with like; how fast either is, no test asks."""

from bench import compliance, history
from bench.submit import measure


def test_the_floor_keeps_the_same_rows_as_the_application(tmp_path):
    found = measure(tmp_path, rounds=2)
    assert len(found.application) == len(found.floor) == 2
    assert found.different == []


def test_a_term_of_history_is_imported_and_the_floor_writes_the_same_rows(tmp_path):
    found = history.measure(tmp_path, days=3, classes=2, every_temperature=True)
    assert found.rows["sheet"] == found.rows["sheet_version"] == 3 * 3 * 2
    assert found.rows["entry"] == 3 * 3 * 56 and found.floor > 0


def test_a_month_of_disinfection_is_read_as_it_was_recorded(tmp_path):
    assert compliance.measure(tmp_path, zones=2, days=3, rounds=1).states == {"done": 9, "verified": 9}
