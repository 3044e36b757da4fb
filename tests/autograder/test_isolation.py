"""The sandbox: what a session can do, what it cannot, and what it leaves behind: nothing."""

import socket
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

from autograder.inside.plain import Raised
from autograder.isolation import Limits, NoSandbox, SessionLost, Worker, choose_tier, sandbox

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def worker(request):
    tier = next(tier for tier in sandbox.available_tiers() if tier.name == request.param)
    if not tier.available:
        pytest.skip(tier.reason)
    with Worker(tier) as running:
        yield running


def printed(session, source, **more):
    result = session.run(source, **more)
    assert result["error"] is None, result["outputs"]
    return "".join(o.get("text", "") for o in result["outputs"])


def test_this_machine_has_a_real_sandbox():
    assert choose_tier().name == "bubblewrap"


@pytest.mark.parametrize("name", ["bubblewrap", "landlock"])
def test_no_process_of_a_worker_holds_the_graders_settings(name, monkeypatch):
    """A password in COURSE_DB, say. What bubblewrap is started with shows inside as /proc/1/environ."""
    tier = next(tier for tier in sandbox.available_tiers() if tier.name == name)
    if not tier.available:
        pytest.skip(tier.reason)
    monkeypatch.setenv("COURSE_DB", "postgresql+psycopg://me:secret@host/grades")
    with Worker(tier) as running:
        outermost = Path(f"/proc/{running._process.pid}/environ").read_bytes()
    assert b"PATH=" in outermost and b"secret" not in outermost


def test_cells_run_like_in_a_notebook(worker):
    with worker.open() as session:
        assert printed(session, "import numpy as np\nx = 3\nprint('hello')") == "hello\n"
        shown = session.run("x + 1")["outputs"]
        assert shown[0]["output_type"] == "execute_result"
        assert shown[0]["data"]["text/plain"] == "4"
        figure = session.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")["outputs"]
        assert any("image/png" in output.get("data", {}) for output in figure)
        assert printed(session, "import asyncio\nprint(await asyncio.sleep(0, 7))") == "7\n"
        assert session.run("%matplotlib inline")["error"] is None
        assert "Wall time" in printed(session, "%time y = 1")
        error = session.run("def f(:\n  pass")
        assert error["error"] == "SyntaxError" and error["outputs"][-1]["output_type"] == "error"
        assert printed(session, "print(x)") == "3\n"


def test_an_observation_runs_in_a_fork(worker):
    def observe(answer, rng):
        answer.change()
        return {"value": answer.f(rng.normal(size=2)), "missing": answer.g(1)}

    with worker.open() as session:
        session.run("state = []\ndef change(): state.append(1)\ndef f(z): return 2 * z")
        seen = session.observe(cloudpickle.dumps(observe), "1.1", 4, 5)
        (key, value, inputs), (_, missing, _) = seen["entries"]
        expected = 2 * np.random.default_rng([4, __import__("zlib").crc32(b"1.1")]).normal(size=2)
        assert key == "value" and np.allclose(value, expected) and inputs.startswith("f([")
        assert isinstance(missing, Raised) and missing.type == "Missing"
        assert printed(session, "print(len(state))") == "0\n"


@pytest.mark.parametrize(
    "body, failed",
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(0)", "crash"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crash"),
        (
            "import time\n    while True:\n        try: time.sleep(60)\n        except BaseException: x = 2",
            "timeout",
        ),
    ],
)
def test_a_lost_observation_costs_itself_only(worker, body, failed):
    def observe(answer, rng):
        return {"value": answer.f()}

    with worker.open() as session:
        session.run(f"def f():\n    {body}")
        assert session.observe(cloudpickle.dumps(observe), "1.1", 0, 1) == {"failed": failed}
        assert printed(session, "print('alive')") == "alive\n"


def test_limits_on_time_memory_output_and_input(worker):
    with worker.open() as session:
        assert session.run("while True: pass", 1)["error"] == "OutOfTime"
        assert session.run("import numpy as np\nnp.ones(10**10)")["error"] == "MemoryError"
        assert len(printed(session, "print('x' * 50_000_000)")) < 30_000
        assert len(session.run("for i in range(10**4): display(i)")["outputs"]) <= 200
        assert session.run("input('name? ')")["error"] == "EOFError"
        assert session.run("!echo hello")["error"] == "PermissionError"
        assert session.run("open('big', 'wb').write(bytes(10**8))")["error"] == "OSError"


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"])
def test_a_dead_session_is_noticed_and_the_next_one_works(worker, code):
    with worker.open() as session:
        with pytest.raises(SessionLost):
            session.run(code)
            session.run("import time; time.sleep(1)")
    with worker.open() as session:
        assert printed(session, "print(1)") == "1\n"


def test_a_loop_that_swallows_everything_is_killed(worker):
    loop = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException: x = 2"
    with worker.open() as session:
        with pytest.raises(SessionLost):
            session.run(loop, 0.5)


def test_nothing_stays_from_one_session_to_the_next(worker):
    daemon = (
        "import subprocess, sys, pathlib\n"
        "pathlib.Path('note').write_text('a'); (pathlib.Path.home() / 'note').write_text('a')\n"
        "try: pathlib.Path('/dev/shm/note').write_text('a')\n"
        "except PermissionError: pass\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "leaked = 1"
    )
    with worker.open() as session:
        printed(session, daemon)
    look = (
        "import os\nprint([p for p in os.listdir('/proc') if p.isdigit()"
        " and b'time.sleep' in open(f'/proc/{p}/cmdline', 'rb').read()],"
        " os.listdir('.'), os.path.exists(os.path.expanduser('~/note')), os.path.exists('/dev/shm/note'),"
        " 'leaked' in globals())"
    )
    with worker.open() as session:
        assert printed(session, look) == "[] [] False False False\n"


def test_secrets_and_the_network_are_out_of_reach(worker):
    probe = """
import os, socket
tried = {}
for name in ("/course/solutions", "/course/autograder/checks", "/course/autograder/check.py", "/etc/shadow",
             "/home", "/etc/passwd"):
    try:
        tried[name] = bool(os.listdir(name) if os.path.isdir(name) else open(name).read())
    except OSError:
        tried[name] = False
try:
    import autograder.checks
    tried["import"] = True
except ImportError:
    tried["import"] = False
for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM)):
    try:
        with socket.socket(family, kind) as s:
            s.connect(("192.0.2.1", 80))
        tried[str(kind)] = True
    except OSError:
        tried[str(kind)] = False
for name in ("/course/utils/evil.py", "/usr/evil", os.__file__):
    try:
        open(name, "a").close()
        tried["write " + name] = True
    except OSError:
        tried["write " + name] = False
print([name for name, reached in tried.items() if reached])
"""
    with worker.open() as session:
        open_doors = {"bubblewrap": [], "landlock": [str(int(socket.SOCK_DGRAM))]}  # UDP
        assert printed(session, probe) == f"{open_doors[worker.tier.name]}\n"
        names = printed(session, "import os; print(sorted(os.environ))")
        assert "TOKEN" not in names and "SSH" not in names


def test_without_a_sandbox_grading_is_refused(monkeypatch):
    tiers = (
        sandbox.Tier("bubblewrap", False, "not there"),
        sandbox.Tier("none", True, "no isolation"),
    )
    monkeypatch.setattr(sandbox, "available_tiers", lambda: tiers)
    with pytest.raises(NoSandbox, match="--trust-submissions"):
        choose_tier()
    assert choose_tier(trust_submissions=True).name == "none"


def test_the_plain_tier_works_too():
    with Worker(sandbox.Tier("none", True, "")) as plain_worker:
        with plain_worker.open(Limits(memory=2**33)) as session:
            assert printed(session, "print(6 * 7)") == "42\n"
        with plain_worker.open() as session:
            assert session.run("while True: pass", 0.5)["error"] == "OutOfTime"
