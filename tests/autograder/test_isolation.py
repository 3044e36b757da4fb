"""The sandbox: what a session can do, what it cannot, and what it leaves behind: nothing."""

import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import cloudpickle
import numpy as np
import psutil
import pytest

from autograder.grading.executor import RunCell, run_steps
from autograder.grading.libraries import COMPUTES, DRAWS, LEARNS, TRAINS, of_cells
from autograder.inside import serve, syscalls
from autograder.inside.plain import Raised
from autograder.isolation import Limits, NoSandbox, SessionLost, Worker, choose_tier, sandbox, watch
from autograder.isolation import session as session_module

pytestmark = [pytest.mark.sandbox, pytest.mark.early]


@pytest.fixture(
    scope="module", params=["bubblewrap", pytest.param("landlock", marks=pytest.mark.thorough)]
)
def worker(request):
    tier = next(tier for tier in sandbox.available_tiers() if tier.name == request.param)
    if not tier.available:
        pytest.skip(tier.reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DB", "postgresql+psycopg://me:secret@host/grades")
        running = Worker(tier)
    with running:
        yield running


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(session_module, "GRACE_SECONDS", 0.5)


def printed(session, source, **more):
    result = session.run(source, **more)
    assert result["error"] is None, result["outputs"]
    return "".join(o.get("text", "") for o in result["outputs"])


def test_this_machine_has_a_real_sandbox():
    assert choose_tier().name == "bubblewrap"


def test_no_process_of_a_worker_holds_the_graders_settings(worker):
    """A password in COURSE_DB, say. What bubblewrap is started with shows inside as /proc/1/environ."""
    outermost = Path(f"/proc/{worker.processes[0]._process.pid}/environ").read_bytes()
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
        assert session.run("while True: pass", 0.3)["error"] == "OutOfTime"
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
    leave = (
        "import os, pathlib, subprocess, sys\n"
        "home = pathlib.Path.home()\n"
        "for folder in (pathlib.Path('.'), home, pathlib.Path('/dev/shm')):\n"
        "    try: (folder / 'note').write_text('a'); os.mkdir(folder / 'closed', 0o300); (folder / 'closed/note').write_text('')\n"
        "    except PermissionError: pass\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "for number in range(1500): os.mkdir('d'); os.chdir('d')\n"
        "leaked = 1"
    )
    look = (
        "import os\nhome = os.path.expanduser('~')\n"
        "print(os.listdir('.'), [n for n in os.listdir(home) if n not in ('.matplotlib', 'work' + os.getcwd().split('work')[-1])],\n"
        "      [os.path.exists('/dev/shm/' + n) for n in ('note', 'closed')], 'leaked' in globals())"
    )
    with worker.open():
        pass  # the first one finds what the worker itself wrote while it warmed up
    with worker.open() as session:
        before = printed(session, look)
        printed(session, leave)
        assert any("time.sleep(60)" in " ".join(p.cmdline()) for p in below(worker))
    assert not any("time.sleep(60)" in " ".join(p.cmdline()) for p in below(worker))
    with worker.open() as session:
        assert printed(session, look) == before
    assert before.startswith("[] ") and before.endswith(" [False, False] False\n")


def below(worker):
    return watch.descendants(worker.processes[0]._process.pid)


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
        assert printed(session, probe) == "[]\n"
        names = printed(session, "import os; print(sorted(os.environ))")
        assert "TOKEN" not in names and "SSH" not in names


LIBRARIES = {
    "numpy": "import numpy as np; print(round(np.linalg.norm(np.ones((3, 3)) @ np.ones(3)), 3))",
    "torch": "import torch; x = torch.ones(2, requires_grad=True); (x * x).sum().backward(); print(x.grad.tolist())",
    "figures": "import matplotlib.pyplot as plt, os; plt.plot([1]); plt.savefig('a.pdf'); plt.close(); print(os.path.getsize('a.pdf') > 0)",
    "threads": "from concurrent.futures import ThreadPoolExecutor as P\nwith P(2) as p: print(list(p.map(abs, [-1])))",
    "processes": "import multiprocessing as m\na, b = m.Pipe()\np = m.Process(target=lambda: b.send(1)); p.start(); print(a.recv()); p.join()",
    "programs": "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout)",
    "files": "import shutil, zipfile\nopen('x', 'w').close(); shutil.copy2('x', 'y'); zipfile.ZipFile('z', 'w').write('y'); zipfile.ZipFile('z').extractall('w')",
    "callbacks": "import ctypes; print(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 3)())",
    "asyncio": "import asyncio; print(await asyncio.gather(asyncio.sleep(0, 1)))",
}
NEEDS_SEMAPHORES = {
    "a pool": "import multiprocessing as m\nwith m.Pool(2) as p: print(p.map(abs, [-1]))",
    "a loader": "from torch.utils.data import DataLoader\nprint([b.tolist() for b in DataLoader(torch.arange(4), 2, num_workers=2)])",
}


def test_libraries_do_not_notice_the_walls(worker):
    with worker.open() as session:
        for name, code in LIBRARIES.items():
            assert session.run(code)["error"] is None, name
        for name, code in NEEDS_SEMAPHORES.items():
            error = session.run(code)["error"]
            # Semaphores are files in /dev/shm, which Landlock would open for everybody.
            assert error == ("PermissionError" if worker.tier.name == "landlock" else None), name


def test_rare_system_calls_are_refused(worker):
    probe = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
done = {"unshare": libc.unshare(0x10000000), "ptrace": libc.ptrace(0, 0, 0, 0), "memfd": libc.memfd_create(b"x", 0)}
print({name: ctypes.get_errno() if result == -1 else "done" for name, result in done.items()})
for try_ in (lambda: socket.socket(socket.AF_NETLINK), lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)):
    try: print(try_())
    except PermissionError: print("refused")
print(len(socket.socketpair()))
"""
    with worker.open() as session:
        refused = {"unshare": 1, "ptrace": 1, "memfd": 1}
        assert printed(session, probe) == f"{refused}\nrefused\nrefused\n2\n"
        assert "seccomp refuses" in worker.tier.reason


def test_without_libseccomp_the_other_walls_stand_and_this_is_said(monkeypatch):
    monkeypatch.setattr(syscalls, "pyseccomp", None)
    assert syscalls.prepare(landlock=True) is None
    place = sandbox.new_scratch()
    try:
        command, environment = sandbox._landlock_command(place, False)
        Path(place, "course/pyseccomp.py").write_text("raise RuntimeError('no libseccomp')")
        assert sandbox._try(command, environment) == ("", sandbox.NO_SECCOMP)
    finally:
        shutil.rmtree(place)
    said = sandbox._what_landlock_does(sandbox.NO_SECCOMP, False)
    assert "UDP" in said and "libseccomp" in said and "no network" not in said


def test_large_libraries_get_a_process_when_they_are_asked_for_again(worker):
    modules = "sympy", "matplotlib", "torch", "torch._dynamo"
    look = f"import sys; print(*(int(m in sys.modules) for m in {modules}))"
    seen = []
    for libraries in (0, 2, 2, 1, 3, 4, 0, 2):
        with worker.open(libraries=libraries) as session:
            seen.append((libraries, printed(session, look), len(worker.processes)))
    plain, computing, drawing = "0 0 0 0\n", "1 0 0 0\n", "1 1 0 0\n"
    learning, training = "1 1 1 0\n", "1 1 1 1\n"
    assert seen == [
        (0, plain, 1), (2, drawing, 1), (2, drawing, 2), (1, computing, 2), (3, learning, 2),
        (4, training, 2), (0, plain, 2), (2, drawing, 2),
    ]  # fmt: skip


USES = {
    "from utils import axes, show": 0,
    "quiz.show()": 0,
    "np.sum(x, axis=0)": 0,
    "dfdx = ...  # a function of x, or a sympy expression in x": 0,
    "dfdx = sympy.cos(x)": COMPUTES,
    "from sympy import cos": COMPUTES,
    "expect('3.1a', lambda: evaluate(quot_a, x=2.0), 1)": COMPUTES,
    "import matplotlib.pyplot as plt": DRAWS,
    "show(figure, 'a line')": DRAWS,
    "fig, ax = axes('x', 'y')": DRAWS,
    "plot_losses([1])": DRAWS,
    "import torch": LEARNS,
    "from utils import Value\nValue(2.0).backward()": LEARNS,
    "from utils import (\n    Value,\n    show,\n)\nloss.backward()": LEARNS,
    "from utils import Value as CourseValue\nloss.backward()": 0,
    "from utils import Value\nclass Value:\n    ...\nloss.backward()": 0,
    "from utils import Value\nDiv().backward(1.0)": 0,
    "torch.optim.SGD(model.parameters(), lr=0.1)": TRAINS,
    "from utils import PyTorchMLP": TRAINS,
}


@pytest.mark.parametrize("text", USES)
def test_what_a_notebook_seems_to_use(text):
    assert of_cells([text]) == USES[text]


def test_the_rehearsal_leaves_nothing_behind(worker):
    look = (
        "print(sorted(name for name in globals() if name[0] != '_'), Out, (_, __, ___))\n"
        "import os, sys\nfrom utils import records\n"
        "print(len(In), hasattr(sys, 'last_value'), records._runs, records.load())\n"
        "print([n for f in ('.', os.environ['HOME']) for n in os.listdir(f) if 'progress' in n])"
    )
    with worker.open() as session:
        names, rest, files = printed(session, look).splitlines()
    assert names == "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit'] {} ('', '', '')"
    assert rest == "2 False {} {}"
    assert files == "[]"


def test_memory_of_all_processes_together_is_bounded(worker, monkeypatch):
    monkeypatch.setattr(session_module, "WATCH_SECONDS", 0.1)
    spread = (
        "import os, time, numpy as np\n"
        "for number in range(6):\n"
        "    if os.fork() == 0: hoard = np.ones(2**24); time.sleep(30)\n"
        "time.sleep(30)"
    )
    with worker.open(Limits(total_memory=600 * 2**20)) as session:
        with pytest.raises(SessionLost, match="memory"):
            session.run(spread)
    with worker.open() as session:
        assert printed(session, "print(1)") == "1\n"


def test_what_processes_share_counts_once(worker):
    share = (
        "import os, time, numpy as np\nshared = np.ones(2**24)\n"
        "for number in range(5):\n"
        "    if os.fork() == 0: time.sleep(0.7); os._exit(0)\n"
        "for number in range(5): os.wait()"
    )
    with worker.open(Limits(total_memory=600 * 2**20)) as session:
        assert printed(session, share) == ""


TOO_MUCH = {
    "many bytes": "for number in range(20): open(f'{number}', 'wb').write(bytes(2**20))",
    "many files": "for number in range(6000): open(f'{number}', 'w').close()",
    "deep folders": "import os\nfor number in range(3000): os.mkdir('d'); os.chdir('d')",
    "deleted but open": "import os\nfiles = [open(str(n), 'wb') for n in range(20)]\n"
    "for n, file in enumerate(files): file.write(bytes(2**20)); os.unlink(str(n))",
}


def test_the_disk_is_bounded(worker):
    """Under bubblewrap by the size of its folders in memory; else we look at the folder."""
    if worker.tier.name == "bubblewrap":
        with worker.open() as session:
            fill = "for number in range(20): open(str(number), 'wb').write(bytes(2**24))"
            assert session.run(fill)["outputs"][-1]["evalue"].startswith("[Errno 28]")
        return
    for name, code in TOO_MUCH.items():
        with worker.open(Limits(disk=10 * 2**20)) as session:
            with pytest.raises(SessionLost, match="disk"):
                session.run(f"{code}\nimport time; time.sleep(10)")
                raise AssertionError(name)


def test_each_session_has_a_network_of_its_own(worker):
    """Else its counters would carry a message to the next session."""
    if worker.tier.name == "landlock":
        pytest.skip("there are no sockets")
    send = (
        "import socket\na, b = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))\n"
        "a.bind(('127.0.0.1', 0)); b.sendto(b'x' * 999, a.getsockname()); print(len(a.recv(2000)))"
    )
    count = "print([line.split()[1] for line in open('/proc/net/dev') if 'lo:' in line])"
    with worker.open() as session:
        assert printed(session, send) == "999\n" and "['0']" not in printed(session, count)
    with worker.open() as session:
        assert printed(session, count) == "['0']\n"


def test_what_reaches_files_and_processes_of_others_is_refused(worker):
    """A lease on a file of the course stops whoever writes it; a signal can be asked for by fcntl."""
    probe = """
import ctypes, fcntl, os
tried = {"self": os.sched_setaffinity(0, os.sched_getaffinity(0))}
open("own", "w").close()
with open("own") as file:
    for name, command, value in (("lease", 1024, 0), ("news", 1026, 1), ("owner", 8, 1), ("signal", 10, 9)):
        try: tried[name] = fcntl.fcntl(file, command, value)
        except PermissionError: pass
try: tried["others"] = os.sched_setaffinity(1, {0})
except PermissionError: pass
tried["hide"] = ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
print(tried)
"""
    with worker.open() as session:
        assert printed(session, probe) == "{'self': None, 'hide': -1}\n"


def test_sockets_and_pipes_are_bounded(worker, monkeypatch):
    monkeypatch.setattr(session_module, "WATCH_SECONDS", 0.1)
    code = (
        "import os, time\nif os.fork() == 0: os.fork()\n"
        "kept = [os.pipe() for _ in range(250)]\ntime.sleep(5)"
    )
    with pytest.raises(SessionLost, match="sockets"), worker.open(Limits(channels=600)) as session:
        session.run(code)
    with worker.open() as session:  # one process has a limit, too
        assert (
            session.run("import os\nkept = [os.pipe() for _ in range(600)]")["error"] == "OSError"
        )


def test_empty_files_are_bounded(worker, monkeypatch):
    if worker.tier.name == "landlock":
        pytest.skip("there each counts as a block of the disk")
    monkeypatch.setattr(session_module, "WATCH_SECONDS", 0.1)
    code = "import time\nfor n in range(60_000): open(str(n), 'w').close()\ntime.sleep(5)"
    with pytest.raises(SessionLost), worker.open(Limits(disk=2**27)) as session:
        session.run(code)
    with worker.open() as session:
        assert printed(session, "import os; print(os.listdir('.'))") == "[]\n"


def test_processes_are_counted_from_outside_where_the_kernel_counts_a_users(worker, monkeypatch):
    monkeypatch.setattr(session_module, "WATCH_SECONDS", 0.1)
    bomb = (
        "import os, time\nfor _ in range(60):\n    if os.fork() == 0: time.sleep(9)\ntime.sleep(5)"
    )
    with worker.open(Limits(processes=20)) as session:
        if worker.tier.name == "bubblewrap":
            assert session.run(bomb)["error"] == "BlockingIOError"
            return
        with pytest.raises(SessionLost, match="more processes"):
            session.run(bomb)
    with worker.open(Limits(processes=20)) as session:  # neighbours may have as many
        room = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
        assert int(printed(session, room)) > 8 * 20


def test_sessions_end_before_the_grader_when_memory_runs_out(worker):
    with worker.open() as session:
        printed(session, "x = 1")
        for process in [psutil.Process(worker.processes[0]._process.pid), *below(worker)][-2:]:
            assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "1000\n"


def clock_after(monkeypatch, seconds, used, idle, cores=2):
    """A request's clock that looked at its beginning and `seconds` later."""
    clock = SimpleNamespace(monotonic=lambda: now)
    now, process = 0.0, SimpleNamespace(processor_seconds=lambda: 0.0)
    monkeypatch.setattr(session_module, "time", clock)
    monkeypatch.setattr(session_module.watch, "idle_seconds", lambda: idle * cores * now)
    monkeypatch.setattr(session_module.os, "cpu_count", lambda: cores)
    made = session_module._Clock(process, 10.0)
    made.look()
    now, process.processor_seconds = float(seconds), lambda: used
    made.look()
    return made


def test_a_session_has_a_budget_of_processor_time(monkeypatch):
    clock_after(monkeypatch, 12, used=20, idle=0)
    with pytest.raises(SessionLost, match="timeout: its processes together"):
        clock_after(monkeypatch, 12, used=40, idle=0)


@pytest.mark.parametrize(
    "seconds, used, idle, starved",
    [(29, 2, 0.0, True), (29, 2, 0.9, False), (29, 9, 0.0, False), (10, 2, 0.0, False)],
)
def test_who_waited_for_a_processor_is_not_who_slept(monkeypatch, seconds, used, idle, starved):
    assert clock_after(monkeypatch, seconds, used, idle).starved == starved


def test_a_fork_waits_until_a_neighbours_bomb_is_gone(monkeypatch):
    answers = [BlockingIOError(), BlockingIOError(), 7]
    fork = mock.Mock(side_effect=answers)
    monkeypatch.setattr(serve.os, "fork", fork)
    assert serve.fork() == 7 and fork.call_count == 3


def test_a_stopped_worker_leaves_no_process():
    with Worker(sandbox.Tier("none", True, "")) as plain_worker:
        with plain_worker.open() as session:
            session.run(
                "import os, time\nfor n in range(3):\n    if os.fork() == 0: time.sleep(60)"
            )
            processes = below(plain_worker)
            plain_worker.stop()
            plain_worker.processes[0]._process.wait()
    assert len(processes) == 4
    for _ in range(200):
        if not any(alive(process) for process in processes):
            return
        time.sleep(0.05)
    raise AssertionError("a student's process outlives the worker")


def alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_without_a_sandbox_grading_is_refused(monkeypatch):
    tiers = (
        sandbox.Tier("bubblewrap", False, "not there"),
        sandbox.Tier("none", True, "no isolation"),
    )
    monkeypatch.setattr(sandbox, "_tiers", lambda: tiers)
    with pytest.raises(NoSandbox, match="--trust-submissions"):
        choose_tier()
    assert choose_tier(trust_submissions=True).name == "none"


def test_the_plain_tier_works_too():
    with Worker(sandbox.Tier("none", True, "")) as plain_worker:
        with plain_worker.open(Limits(memory=2**33)) as session:
            assert printed(session, "print(6 * 7)") == "42\n"
        with plain_worker.open() as session:
            assert session.run("while True: pass", 0.5)["error"] == "OutOfTime"


def test_a_cell_that_ends_the_process_costs_none_of_those_that_were_sent_already(worker):
    end = "import os; os._exit(0)"
    steps = [RunCell(text) for text in ("a = 1", end, "b = a", "print(b)")]
    results = run_steps(worker, steps, 1)
    assert [one["error"] for one in results] == [None, "CellLost", None, None]
    assert results[-1]["outputs"][0]["text"] == "1\n"
