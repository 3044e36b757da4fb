"""Hostile files, names and archives: a score or one clear sentence each, and nothing else happens."""

import csv
import json
import os
import socket
import stat
import struct
import zipfile
from functools import lru_cache
from pathlib import Path

import pytest
from classroom import graded, temporary
from example_course import separate_registry
from small_class import NAME, RIGHT, course_in, notebook

pytestmark = pytest.mark.sandbox

STEM = f"{NAME}.ipynb"
NEVER = "must not be read or written"


@lru_cache
def right() -> str:
    with separate_registry():
        return notebook(course_in(temporary() / "hostile_files"), RIGHT)


def changed(**fields) -> str:
    """The right notebook with every cell's fields replaced."""
    made = json.loads(right())
    for cell in made["cells"]:
        cell.update(fields)
    return json.dumps(made)


# What a student hands in under the right name: text, or bytes.
CONTENTS = {
    "nested deep": '{"cells": ' + "[" * 100_000,
    "nested deep and closed": '{"cells": ' + "[" * 5_000 + "]" * 5_000 + "}",
    "deep metadata": changed(metadata=json.loads('{"a":' * 50 + "1" + "}" * 50)),
    "a million cells": '{"cells": [' + "{}," * 1_000_000 + "{}]}",
    "not a number": right().replace('"nbformat": 4', '"nbformat": NaN'),
    "infinite": '{"cells": [], "nbformat": Infinity}',
    "long number": right().replace('"nbformat": 4', '"nbformat": ' + "9" * 100_000),
    "exponent": right().replace('"nbformat": 4', '"nbformat": 1e999999'),
    "keys twice": '{"cells": [], ' + right()[1:-1] + ', "cells": []}',
    "too large": b" " * (33 * 2**20),
    "no text": bytes(range(256)) * 40,
    "half a character": right().encode()[:-40] + b"\xe2\x82" + right().encode()[-40:],
    "another encoding": right().encode("utf-16"),
    "lone surrogates": changed(source="print('\udcff')"),
    "zero bytes": changed(source="x = 1\x00"),
    "source is a number": changed(source=7),
    "source is deep": changed(source=[[["x"]], {"y": 1}, None]),
    "very long line": changed(source="x = '" + "y" * 900_000 + "'"),
    "cell type is a list": changed(cell_type=["code"]),
    "metadata is a text": changed(metadata="<script>alert(1)</script>"),
    "names are objects": changed(id={"a": 1}, metadata={"nbgrader": {"grade_id": ["x"]}}),
    "odd attachments": changed(attachments={"a": {"image/png": ["x"]}, "b": 3}),
    "outputs with scripts": changed(outputs=[{"output_type": "x", "data": "<script>"}]),
    "cells is an object": '{"cells": {"a": 1}}',
    "null": "null",
}

# Names of students' folders, where a file system can hold them.
NAMES = (
    "<script>alert(1)</script>".replace("/", "\u2215"), "=HYPERLINK(\"x\")", "+1+1", "@SUM(1)",
    "\x1b[31mred\x1b]0;title\x07", "two\nlines", "\u202egnp.exe", "a" * 250, "é" * 120, " ", "...",
    "[bold red]markup[/]", "'; DROP TABLE grade; --", "%s%n{0}", "nul\tname", "-rf",
)  # fmt: skip


def put(path: Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    )


def special_files(folder: Path, secret: Path) -> None:
    """Links, pipes, sockets and devices in place of notebooks."""
    places = {kind: folder / kind / STEM for kind in ("link", "link to passwd", "pipe", "socket")}
    for place in [*places.values(), folder / "loop" / STEM, folder / "device" / STEM]:
        place.parent.mkdir(parents=True)
    places["link"].symlink_to(secret)
    places["link to passwd"].symlink_to("/etc/passwd")
    os.mkfifo(places["pipe"])
    here = os.getcwd()
    os.chdir(places["socket"].parent)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(Path(STEM).name)
    finally:
        os.chdir(here)
    (folder / "loop" / STEM).symlink_to(folder / "loop" / STEM)
    (folder / "folder" / STEM).mkdir(parents=True)
    (folder / "around" / "ch09_example").mkdir(parents=True)
    (folder / "around" / "ch09_example" / "up").symlink_to(folder)
    if os.geteuid() == 0:
        os.mknod(folder / "device" / STEM, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero


def archives(folder: Path) -> None:
    """Zips that lead out, that swell, and that lie."""
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        for name in ("../../", "/", "C:\\", "..\\..\\", "a/../../../", "\\\\server\\share\\"):
            archive.writestr(f"{name}evil/{STEM}", right())
        link = zipfile.ZipInfo(f"zipped link/{STEM}")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(f"zipped honest/{STEM}", right())
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"bomb/{STEM}", b" " * (40 * 2**20))
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    with zipfile.ZipFile(folder / "lying.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"lying/{STEM}", b"x" * (40 * 2**20))
    data = bytearray((folder / "lying.zip").read_bytes())
    for sign, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = data.index(sign) + place
        data[start : start + 4] = struct.pack("<I", 100)  # the size that is said
    (folder / "lying.zip").write_bytes(data)
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(3000):
            archive.writestr(f"nothing/{number}.txt", "")
        archive.writestr("\x1b[31m\u202e/x.zip", "")
    (folder / "cut.zip").write_bytes((folder / "slip.zip").read_bytes()[:-30])
    (folder / "empty.zip").write_bytes(b"")


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    root = tmp_path_factory.mktemp("files")
    secret = root / "secret.ipynb"
    secret.write_text(right().replace("return", f"# {NEVER}\\n    return"))
    folder = root / "handed_in"
    put(folder / "honest" / STEM, right())
    for name, content in CONTENTS.items():
        put(folder / name / STEM, content)
    for name in NAMES:
        put(folder / name / STEM, right())
    special_files(folder, secret)
    archives(folder)
    before = sorted(str(path) for path in root.rglob("*"))
    with separate_registry():
        course = course_in(root / "course")
        (root / "course" / "utils").mkdir()
        before += [str(path) for path in (root / "course").rglob("*")] + [str(root / "course")]
        records, lines, out = graded(folder, root / "out", course)
        from autograder.report.write import write_reports

        write_reports(course, out)
    return root, before, records, lines, out


def test_honest_work_is_not_touched(graded_class):
    _, _, records, _, _ = graded_class
    assert records["honest"]["earned"] == records["zipped honest"]["earned"] == 5
    assert records["honest"]["problems"] == []


@pytest.mark.parametrize("name", CONTENTS)
def test_every_content_ends_in_a_score_or_a_sentence(graded_class, name):
    _, _, records, lines, _ = graded_class
    if name in records:
        assert records[name]["state"] in ("graded", "damaged")
        assert 0 <= records[name]["earned"] <= 5
        assert records[name]["state"] == "graded" or records[name]["problems"]
    else:
        assert sum(f"/{name}/" in line for line in lines) == 1


def test_every_name_is_graded_under_a_harmless_one(graded_class):
    _, _, records, _, _ = graded_class
    whole = [student for student, record in records.items() if record["earned"] == 5]
    assert len(whole) >= len(NAMES) + 2  # and the honest ones
    for student in records:
        assert student.isprintable() and student.strip(" .") == student and len(student) <= 100
        assert not set('/\\:*?"<>|[]') & set(student)


def test_links_pipes_and_devices_are_left_alone(graded_class):
    _, _, records, lines, out = graded_class
    for kind in ("link", "link to passwd", "pipe", "socket", "loop"):
        assert records[kind]["earned"] == 0 and records[kind]["state"] == "damaged", kind
    assert any("around" in line and "link" in line for line in lines)
    for path in out.root.rglob("*"):
        if path.is_file() and path.suffix != ".db":
            assert NEVER.encode() not in path.read_bytes(), path
            assert b"root:x:0" not in path.read_bytes(), path


def test_archives_do_not_lead_out_swell_or_lie(graded_class):
    _, _, records, lines, _ = graded_class
    assert "evil" not in records
    assert sum("leads out" in line for line in lines) == 6
    assert {records[name]["state"] for name in ("bomb", "lying", "zipped link")} == {"damaged"}
    assert any("zip within the zip" in line for line in lines)
    assert any("cut.zip" in line for line in lines)


def test_nothing_is_written_beside_the_grading_folder(graded_class):
    root, before, _, _, out = graded_class
    after = [str(path) for path in root.rglob("*") if not path.is_relative_to(out.root)]
    strange = [path for path in after if path not in before and "__pycache__" not in path]
    assert strange == []
    assert not any(path.is_symlink() for path in out.root.rglob("*"))


def test_what_is_said_and_shown_is_harmless(graded_class):
    _, _, records, lines, out = graded_class
    said = [*lines, *(line for record in records.values() for line in record["problems"])]
    assert all(line.isprintable() and len(line) < 1000 for line in said)
    for page in [out.page, *out.feedback.rglob("*.html")]:
        text = page.read_text("utf-8")
        assert "<script" not in text.lower() and "\x1b" not in text
    with open(out.table, encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell[:1] in ("=", "+", "@") for cell in cells if len(cell) > 1)
