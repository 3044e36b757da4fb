"""The rooms of autograder/: imports go downwards only. `python tests/test_rooms.py` prints the floors.

A room is a folder or a loose module of `autograder/`. Imports inside functions count; those for type
checkers alone do not.
"""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# From the lowest floor to the highest: a room may import those that stand before it.
ORDER = (
    "inside", "notation", "check", "course", "checks", "judging", "authoring", "isolation",
    "gradebook", "grading", "report", "notebook", "nbgrader_plugin", "commands", "__main__",
)  # fmt: skip


def imports(root: Path = ROOT) -> dict[str, set[str]]:
    """{room: the rooms that it imports}; `utils` is a room as well."""
    found: dict[str, set[str]] = {}
    for package in ("autograder", "utils"):
        for file in sorted((root / package).rglob("*.py")):
            room = _room(".".join(file.relative_to(root).with_suffix("").parts))
            targets = set(_imported(ast.parse(file.read_text(encoding="utf-8"))))
            known = {one for name in targets if (one := _room(name))}
            found.setdefault(room, set()).update(known - {room})
    del found["autograder"]  # autograder/__init__.py
    return found


def _room(module: str) -> str:
    """`grading` for autograder.grading.batch; "" for what belongs to others."""
    top, _, rest = module.partition(".")
    if top == "utils":
        return top
    return (rest.partition(".")[0].replace("__init__", "") or top) if top == "autograder" else ""


def _imported(tree: ast.AST) -> Iterator[str]:
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        todo += ast.iter_child_nodes(node)


def modules_imported_by(name: str) -> set[str]:
    """The modules of autograder/ that a module of it imports, wherever in its text."""
    found = set()
    for target in _imported(ast.parse(_file_of(name).read_text(encoding="utf-8"))):
        while target.startswith("autograder.") and not _file_of(target).exists():
            target = target.rpartition(".")[0]
        found |= {target} if target.startswith("autograder.") else set()
    return found


def _file_of(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Groups of rooms each of which reaches all others of its group."""
    reached = {room: _reached(graph, room) for room in graph}
    groups = {frozenset({b for b in reached[a] if a in reached[b]} | {a}) for a in graph}
    return sorted((set(group) for group in groups if len(group) > 1), key=sorted)


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found, todo = set(), [start]
    while todo:
        new = graph.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def floors(graph: dict[str, set[str]]) -> list[list[str]]:
    """The rooms by floor; a circle is one room of several names."""
    name = {room: room for room in graph}
    for circle in circles(graph):
        name |= dict.fromkeys(circle, " + ".join(sorted(circle)))
    merged: dict[str, set[str]] = {}
    for room, targets in graph.items():
        below = {name.get(target, target) for target in targets} - {name[room]}
        merged.setdefault(name[room], set()).update(below)
    sorter = TopologicalSorter(merged)
    sorter.prepare()
    found = []
    while ready := sorter.get_ready():
        found.append(sorted(ready))
        sorter.done(*ready)
    return found


def described(root: Path) -> str:
    """Floors and circles in words."""
    graph = imports(root)
    lines = [f"{n}. {', '.join(floor)}" for n, floor in enumerate(floors(graph))]
    around = [" + ".join(sorted(circle)) for circle in circles(graph)]
    return "\n".join([*lines, f"circles: {'; '.join(around) or 'none'}"])


def test_a_fork_that_observes_makes_all_anew_that_observing_imports():
    """What is not in the list would be taken as the student's cells have left it."""
    from autograder.inside.fresh import OBSERVING

    assert "autograder.inside.plain" in modules_imported_by("autograder.inside.answer")
    for name in OBSERVING:
        assert modules_imported_by(name) <= set(OBSERVING), name


def test_there_is_no_circle():
    assert not circles(imports())


def test_a_room_imports_lower_rooms_only():
    rank = {room: place for place, room in enumerate(("utils", *ORDER))}
    graph = imports()
    assert graph.keys() <= rank.keys(), "a new room: where in ORDER does it stand?"
    upwards = {(a, b) for a, targets in graph.items() for b in targets if rank[b] > rank[a]}
    assert not upwards


def test_who_may_know_whom():
    graph = imports()
    assert graph["utils"] == set()
    assert graph["inside"] <= {"utils"}
    assert {room for room, targets in graph.items() if "commands" in targets} == {"__main__"}
    assert {room for room, targets in graph.items() if "check" in targets} == {"checks"}
    assert not {room for room, targets in graph.items() if "checks" in targets}
    assert not graph["checks"] & {"judging", "isolation", "gradebook", "grading", "report"}


def test_the_script_finds_circles_and_floors():
    graph = {"a": {"b"}, "b": {"a", "c"}, "c": set(), "d": {"a"}}
    assert circles(graph) == [{"a", "b"}]
    assert floors(graph) == [["c"], ["a + b"], ["d"]]


if __name__ == "__main__":
    print(described(Path(sys.argv[1]) if sys.argv[1:] else ROOT))
