"""The benchmark compares like with like; how fast either is, no test asks."""

from bench.submit import measure


def test_the_floor_keeps_the_same_rows_as_the_application(tmp_path):
    found = measure(tmp_path, rounds=2)
    assert len(found.application) == len(found.floor) == 2
    assert found.different == []
