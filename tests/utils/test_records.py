"""What was tried, and where it is kept."""

from utils import records


def test_while_a_notebook_is_graded_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISOLATED_GRADING", "1")
    records.forget()
    records.record("2.5", "f(1)", records.FAILED)
    assert records.load() == {"2.5": records.FAILED} and not list(tmp_path.iterdir())
    records.forget()
    assert records.load() == {}
