from utils import check_environment, environment


def test_here_everything_is_installed(capsys):
    check_environment()
    assert capsys.readouterr().out.startswith("✔ Everything is here")


def test_missing_and_too_old_are_said_in_words(monkeypatch, capsys):
    monkeypatch.setattr(
        environment, "NEEDED", {"no_such_package_x": ("1.0", "dreams"), "numpy": ("99.0", "arrays")}
    )
    check_environment()
    said = capsys.readouterr().out
    assert (
        "no_such_package_x is missing (dreams)" in said and "pip install no_such_package_x" in said
    )
    assert "too old (arrays); the course needs 99.0" in said and "restart the kernel" in said


def test_the_requirements_are_those_of_the_package():
    from importlib.metadata import requires

    declared = " ".join(requires("gradients-from-the-ground-up"))
    assert all(package in declared for package in environment.NEEDED)
