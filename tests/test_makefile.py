"""The Makefile's set-up, run for real by make, with pretended Pythons that only write down what
they are asked. What the real ones do is proven by whoever runs `make test`."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ["lab", "test", "thorough", "grade", "bench", "build", "clean", "help"]
PYTEST = "-m pytest -n 2 --dist loadscope --no-loadscope-reorder"
TOOLS = ["make", "sh", "bash", "awk", "cat", "cp", "dirname", "find", "mkdir", "rm", "touch"]

# As a base Python it makes venvs; a copy of it is the Python inside. Files beside it say how it is.
PYTHON = """#!/bin/sh
here=$(dirname "$0")
case "$*" in
    *"print('runs')"*) [ ! -e "$here/crashes" ] && echo runs; exit ;;
    "-c import pip") [ -e "$here/pip" ]; exit ;;
    *version_info*) [ ! -e "$here/too-old" ]; exit ;;
    *ensurepip*) [ ! -e "$here/no-venv" ]; exit ;;
    --version) echo "Python 3.11.0"; exit ;;
esac
echo "$*" >> "$LOG"
case "$*" in
    "-m venv --clear "*)
        rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; touch "$4/bin/pip" ;;
    "-m pip"*torch) [ ! -e "$LOG.offline" ] ;;
esac
"""


class Machine:
    """A computer with make, the usual small tools and nothing else, and a clone of the course."""

    def __init__(self, folder):
        self.course = folder / "course"
        self.course.mkdir()
        for name in ["Makefile", "pyproject.toml", "constraints.txt"]:
            shutil.copy(ROOT / name, self.course)
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path, f"This test needs {tool}, and it is not on the PATH."
            (self.bin / tool).symlink_to(path)
        self.log = folder / "log"

    def install(self, name, text=PYTHON):
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def make(self, *arguments, fails=False, **variables):
        """What the Pythons were asked to do."""
        self.log.write_text("")
        # pytest may itself have been started by make: none of its settings may leak in.
        environment = {"PATH": str(self.bin), "LOG": str(self.log), "HOME": str(self.course)}
        environment |= variables
        done = subprocess.run(
            ["make", *arguments], cwd=self.course, env=environment, capture_output=True, text=True
        )
        self.output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, self.output
        return self.log.read_text().splitlines()


@pytest.fixture
def bare(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def machine(bare):
    bare.install("python3.11")
    return bare


def installs(calls):
    return [call for call in calls if call.startswith("-m pip")]


def test_first_run_makes_the_environment_and_installs_torch_first(machine):
    calls = machine.make("build")
    assert calls[0] == "-m venv --clear .venv"
    torch, course = installs(calls)
    assert torch.endswith("install -c constraints.txt torch")
    assert course.endswith(
        "install -c constraints.txt -e .[instructor,seccomp,postgresql,cluster,dev]"
    )
    assert calls[-1] == "-m autograder build"


def test_second_run_installs_nothing(machine):
    machine.make("build")
    assert machine.make("build") == ["-m autograder build"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_install_again_in_the_same_environment(machine, name):
    machine.make("build")
    stamp = machine.course / ".venv" / ".installed"
    later = stamp.stat().st_mtime + 10
    os.utime(machine.course / name, (later, later))
    calls = machine.make("build")
    assert len(installs(calls)) == 2 and not any("venv --clear" in call for call in calls)


def test_a_failed_installation_says_so_and_goes_on_next_time(machine):
    offline = Path(f"{machine.log}.offline")
    offline.touch()
    calls = machine.make("build", fails=True)
    assert "Run the same command again" in machine.output
    assert "-m autograder build" not in calls
    offline.unlink()
    calls = machine.make("build")
    assert len(installs(calls)) == 2 and calls[-1] == "-m autograder build"
    assert not any("venv --clear" in call for call in calls)


def test_an_environment_without_pip_is_made_anew(machine):
    machine.make("build")
    (machine.course / ".venv" / ".installed").unlink()
    (machine.course / ".venv" / "bin" / "pip").unlink()
    assert "-m venv --clear .venv" in machine.make("build")


def test_an_environment_whose_python_is_gone_is_made_anew(machine):
    machine.make("build")
    (machine.course / ".venv" / "bin" / "python").unlink()
    calls = machine.make("build")
    assert "-m venv --clear .venv" in calls and len(installs(calls)) == 2


def test_an_environment_whose_python_crashes_is_looked_at(machine):
    machine.make("build")
    (machine.course / ".venv" / "bin" / "crashes").touch()
    assert len(installs(machine.make("build"))) == 2


def test_a_moved_folder_gets_its_own_environment(machine):
    machine.make("build")
    machine.course = machine.course.rename(machine.course.with_name("elsewhere"))
    calls = machine.make("build")
    assert "-m venv --clear .venv" in calls and len(installs(calls)) == 2
    assert machine.make("build") == ["-m autograder build"]


def test_a_folder_with_a_space_in_its_name(machine):
    machine.course = machine.course.rename(machine.course.with_name("my course"))
    machine.make("build")
    assert machine.make("build") == ["-m autograder build"]


def test_no_python_is_one_sentence(bare):
    assert bare.make("lab", fails=True) == []
    assert "needs Python 3.11 or newer" in bare.output


def test_an_old_python_is_no_python(machine):
    (machine.bin / "too-old").touch()
    assert machine.make("lab", fails=True) == []
    assert "needs Python 3.11 or newer" in machine.output


def test_a_command_that_is_no_python_is_passed_over(bare):
    # A version manager's stand-in for a version that is not installed behaves like this.
    bare.install("python3.11", "#!/bin/sh\nexit 127\n")
    bare.install("python3")
    assert bare.make("build")[-1] == "-m autograder build"


def test_a_python_without_venv_is_one_sentence(machine):
    (machine.bin / "no-venv").touch()
    assert machine.make("lab", fails=True) == []
    assert "sudo apt install python3-venv" in machine.output


def test_another_python_can_be_named(bare, tmp_path):
    bare.install("my-python")
    assert bare.make("PYTHON=my-python", "build")[-1] == "-m autograder build"


def test_another_index_for_torch_only(machine):
    torch, course = installs(machine.make("TORCH_INDEX=https://example.org/cpu", "build"))
    assert "--extra-index-url https://example.org/cpu torch" in torch
    assert "example.org" not in course


def test_what_the_commands_run(machine):
    machine.install("chromium", "")
    machine.install("bwrap", "")
    machine.make("build")
    (lab,) = machine.make("lab", "LAB_ARGS=--no-browser")
    assert lab.startswith("-m jupyterlab ") and lab.endswith(" --no-browser")
    assert "default_url=/lab/tree/chapters/start_here.ipynb" in lab
    every_tool = {"TEST_POSTGRESQL": "postgresql://server"}
    (test,) = machine.make("test", "ARGS=-k binder", **every_tool)
    assert test == f"{PYTEST} -m not thorough -k binder"
    assert machine.make("thorough", **every_tool) == [f"{PYTEST} -m thorough"]
    assert machine.make("build", "ARGS=--check") == ["-m autograder build --check"]
    assert machine.make("bench") == ["-m autograder bench", "tests/browser/bench_pictures.py"]
    verbs = [call.split()[2] for call in machine.make("grade")]
    assert verbs == ["simulate", "grade", "report"]


@pytest.mark.parametrize(
    "present, left_out",
    [
        (["bwrap", "TEST_POSTGRESQL"], "browser"),
        (["chromium", "TEST_POSTGRESQL"], "sandbox"),
        (["chromium", "bwrap"], "postgresql"),
        ([], "browser or sandbox or postgresql"),
    ],
)
def test_what_lacks_a_tool_is_left_out_and_that_is_said(machine, present, left_out):
    for tool in {"bwrap", "chromium"} & set(present):
        machine.install(tool, "")
    server = {"TEST_POSTGRESQL": "postgresql://server"} if "TEST_POSTGRESQL" in present else {}
    command = machine.make("test", **server)[-1]
    assert command == f"{PYTEST} -m not thorough and not ({left_out})"
    assert ("No chromium on this machine" in machine.output) == ("browser" in left_out)
    assert ("No bubblewrap on this machine" in machine.output) == ("sandbox" in left_out)
    assert ("TEST_POSTGRESQL names no server" in machine.output) == ("postgresql" in left_out)


def test_clean_keeps_answers_and_grades(machine):
    machine.make("build")
    kept = [machine.course / "grading" / "gradebook.db", machine.course / "chapters" / "a.ipynb"]
    for path in kept:
        path.parent.mkdir()
        path.touch()
    (machine.course / "utils" / "__pycache__").mkdir(parents=True)
    machine.make("clean")
    assert all(path.exists() for path in kept)
    assert not (machine.course / ".venv").exists()
    assert not (machine.course / "utils" / "__pycache__").exists()


def test_help_lists_every_command_and_sets_up_nothing(bare):
    assert bare.make() == []
    assert set(TARGETS) == set(re.findall(r"^make (\w+)", bare.output, flags=re.M))


@pytest.mark.parametrize("name", ["README.md", ".ci/run"])
def test_the_commands_that_others_name_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^| )make ([a-z]+)$|`make ([a-z]+)", text, flags=re.M))
    named = {first or second for first, second in named}
    assert "test" in named
    assert named <= set(TARGETS), f"{name} names {named - set(TARGETS)}, which the Makefile lacks."


# .ci/with_postgresql -------------------------------------------------------------------------------


def beside_a_server(*command, **variables):
    return subprocess.run(
        [ROOT / ".ci" / "with_postgresql", *command],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **variables},
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.skipif(not shutil.which("pg_virtualenv"), reason="a server that was made otherwise")
def test_a_command_gets_a_server_of_its_own_that_is_gone_afterwards():
    say = 'echo "address=$TEST_POSTGRESQL"; psql -Atc "SELECT rolsuper, current_user FROM pg_roles '
    say += 'WHERE rolname = current_user" "${TEST_POSTGRESQL/+psycopg/}"; env; exit 7'
    # Settings for somebody's own server must not lead there.
    done = beside_a_server("bash", "-c", say, PGPORT="1", PGHOST="nowhere.example")
    assert done.returncode == 7 and "f|course" in done.stdout, done.stdout + done.stderr
    assert not re.search(r"^PG(HOST|PORT|USER|PASSWORD|DATABASE)=", done.stdout, flags=re.M)
    port = re.search(r"^address=.*:(\d+)/postgres$", done.stdout, flags=re.M)[1]
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", int(port)))


def test_without_the_server_program_nothing_runs(bare):
    for tool in ("shuf",):
        (bare.bin / tool).symlink_to(shutil.which(tool))
    done = beside_a_server("touch", bare.course / "ran", PATH=str(bare.bin))
    assert done.returncode != 0 and "pg_virtualenv" in done.stderr
    assert not (bare.course / "ran").exists()


def test_the_workflow_runs_what_ci_runs():
    import yaml

    file = ROOT / ".github/workflows/ci.yml"
    (job,) = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == ".ci/run"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 and job["timeout-minutes"] <= 120
    assert "3.11" in job["container"]["image"], "the Python that the README names"
    assert job["steps"][0]["uses"].startswith("actions/checkout@")
