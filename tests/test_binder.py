"""As much of Binder as can be proven without a container engine.

repo2docker's own code decides which build pack the repository gets, renders its Dockerfile and
packs the files that go into the image. postBuild then runs on those very files in a fresh
environment.
Not shown here: that conda-forge solves environment.yml, the size of the image, the launch.
"""

import contextlib
import io
import json
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from importlib.metadata import metadata, version
from pathlib import Path
from urllib.parse import unquote

import pytest

try:
    import yaml
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name
    from packaging.version import Version
    from rattler import MatchSpec
    from repo2docker.app import Repo2Docker
except ImportError as error:
    raise ImportError(f"{error.name} is missing: `make test` installs it.") from error

ROOT = Path(__file__).resolve().parents[1]
FILES = ["environment.yml", "postBuild", "README.md", "pyproject.toml", ".dockerignore"]
PYPI_NAME = {"matplotlib-base": "matplotlib", "pytorch-cpu": "torch", "msgpack-python": "msgpack"}
START = "chapters/start_here.ipynb"
# (Python before 3.11.4 has no filters, and Python 3.14 takes a stricter one by itself.)
AS_IT_IS = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}


def build_pack():
    """The build pack that repo2docker picks for the current folder."""
    for kind in Repo2Docker().buildpacks:
        pack = kind(base_image="base")
        if pack.detect():
            pack.platform = "linux/amd64"
            return pack
    return None


def links(folder):
    """What the README's Binder links open."""
    readme = (folder / "README.md").read_text(encoding="utf-8")
    return [unquote(path) for path in re.findall(r"urlpath=lab/tree/([^\s)\"'>&]+)", readme)]


def conda_ranges(folder):
    """{name on PyPI: range} for what environment.yml installs, without python and pip."""
    found = {}
    for line in yaml.safe_load((folder / "environment.yml").read_text())["dependencies"]:
        name, spec = re.fullmatch(r"([a-z0-9-]+)(.*)", line).groups()
        if name not in ("python", "pip"):
            found[PYPI_NAME.get(name, name)] = SpecifierSet(spec)
    return found


def problems(folder):
    """One sentence for everything that would go wrong on Binder."""
    found = []
    for name in ["binder", ".binder"]:
        if (folder / name).exists():
            found.append(f"{name}/ hides environment.yml.")

    # The file itself
    environment = yaml.safe_load((folder / "environment.yml").read_text())
    if not isinstance(environment, dict):
        return [*found, "environment.yml is not a mapping."]
    if unknown := set(environment) - {"name", "channels", "dependencies", "variables"}:
        found.append(f"environment.yml has unknown keys {sorted(unknown)}.")
    if environment.get("channels") != ["conda-forge", "nodefaults"]:
        found.append("environment.yml does not use conda-forge alone.")
    for line in environment.get("dependencies", []):
        if not isinstance(line, str):
            found.append(f"environment.yml: {line} is not a conda package.")
            continue
        try:
            MatchSpec(line, strict=True)
        except Exception as error:
            found.append(f"environment.yml: {line!r} is no strict match-spec: {error}")

    # What repo2docker makes of it
    pack = build_pack()
    if type(pack).__name__ != "CondaBuildPack":
        return [*found, f"repo2docker picks {type(pack).__name__}."]
    pinned = [line for line in environment["dependencies"] if str(line).startswith("python=")]
    if [f"python={pack.python_version}"] != pinned:
        found.append(f"repo2docker takes Python {pack.python_version}, environment.yml: {pinned}.")
    if not pack._should_preassemble_env:
        found.append("Every commit would rebuild the environment.")
    dockerfile = pack.render({"NB_UID": "1000"})
    for line in ["env update -p ${NB_PYTHON_PREFIX} --file", "RUN ./postBuild"]:
        if line not in dockerfile:
            found.append(f"The Dockerfile lacks {line!r}.")

    # postBuild
    script = folder / "postBuild"
    text = script.read_bytes()
    if b"\r" in text:
        found.append("postBuild has Windows line ends.")
    if not text.startswith(b"#!/bin/bash\n"):
        found.append("postBuild does not start with #!/bin/bash.")
    if b"\nset -e" not in text:
        found.append("postBuild hides its errors: `set -e` is missing.")
    if not script.stat().st_mode & stat.S_IXUSR:
        found.append("postBuild is not executable.")
    syntax = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
    if syntax.returncode:
        found.append(f"postBuild: {syntax.stderr}")

    # What the README opens
    opened = links(folder)
    if START not in opened:
        found.append(f"No Binder link in the README opens {START}.")
    sent = packed(pack).getnames()
    for path in opened:
        if not (folder / path).exists():
            found.append(f"A Binder link in the README opens {path}, which does not exist.")
        elif f"src/{path}" not in sent:
            found.append(f".dockerignore keeps {path} out of the image.")
    return found


def packed(pack):
    """The tar archive that repo2docker sends to a container engine: the repository lies in src/."""

    class Engine:
        def build(self, fileobj, **_):
            self.archive = tarfile.open(fileobj=io.BytesIO(fileobj.read()))
            return []

    engine = Engine()
    list(pack.build(engine, "image", 0, {"NB_UID": "1000"}, [], {}, platform="linux/amd64"))
    return engine.archive


def test_binder_would_build_and_open_the_course(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert problems(ROOT) == []


def test_the_command_line_agrees():
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Building conda environment for python=3.11" in done.stderr


def change(name, how):
    def apply(folder):
        old = (folder / name).read_text(encoding="utf-8")
        new = how(old)
        assert new != old
        (folder / name).write_bytes(new.encode())

    return apply


def environment(how):
    return change("environment.yml", how)


MISTAKES = {
    "python by range": (environment(lambda s: s.replace("python=3.11", "python>=3.11")), "3.10"),
    "python not pinned": (environment(lambda s: s.replace("  - python=3.11\n", "")), "3.10"),
    "item folded into the line before": (
        environment(lambda s: s.replace("\n  - ipywidgets", "\n    - ipywidgets")), "match-spec",
    ),
    "range that conda does not know": (
        environment(lambda s: s.replace("numpy>=2,<3", "numpy=2.*")), "match-spec",
    ),
    "pip section": (
        environment(lambda s: s + "  - pip:\n    - -e .\n"), "Every commit would rebuild",
    ),
    "another channel": (environment(lambda s: s.replace("nodefaults", "defaults")), "conda-forge"),
    "a list": (environment(lambda s: "- numpy\n"), "not a mapping"),
    "binder folder": (lambda f: (f / "binder").mkdir(), "hides environment.yml"),
    "Nix file": (lambda f: (f / "default.nix").touch(), "NixBuildPack"),
    "Dockerfile": (lambda f: (f / "Dockerfile").touch(), "DockerBuildPack"),
    "Windows line ends": (
        change("postBuild", lambda s: s.replace("\n", "\r\n")), "Windows line ends",
    ),
    "script not executable": (lambda f: (f / "postBuild").chmod(0o644), "not executable"),
    "errors hidden": (
        change("postBuild", lambda s: s.replace("set -e\n", "")), "hides its errors",
    ),
    "syntax error": (change("postBuild", lambda s: s + "if\n"), "syntax error"),
    "start page gone": (lambda f: (f / START).unlink(), "does not exist"),
    "start page kept out": (
        change(".dockerignore", lambda s: s + "chapters\n"), "out of the image",
    ),
    "no link": (change("README.md", lambda s: "# Course\n"), "No Binder link"),
}  # fmt: skip


@pytest.fixture
def copy(tmp_path, monkeypatch):
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    for path in links(ROOT):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_copy_without_a_mistake_is_fine(copy):
    assert problems(copy) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_would_be_seen(copy, mistake):
    make_it, words = MISTAKES[mistake]
    make_it(copy)
    assert words in "\n".join(problems(copy))


# The same packages, whoever installs them


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(*extras):
    lines = list(project()["dependencies"])
    for extra in extras:
        lines += project()["optional-dependencies"][extra]
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


def test_environment_and_pyproject_ask_for_the_same():
    assert conda_ranges(ROOT) == requirements("instructor")


def test_binders_python_is_one_the_project_takes(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert Version(build_pack().python_version) in SpecifierSet(project()["requires-python"])


@pytest.mark.parametrize("name, wanted", conda_ranges(ROOT).items())
def test_what_is_tested_here_is_what_binder_may_install(name, wanted):
    assert version(name) in wanted


def test_constraints_are_exact_and_cover_every_requirement():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    pins = {}
    for line in lines:
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)", line)
        assert match, f"constraints.txt: {line!r} is not an exact public version."
        pins[canonicalize_name(match[1])] = match[2]
    assert pins["torch"] == "2.13.0"
    for name, wanted in requirements(
        "instructor", "seccomp", "postgresql", "cluster", "dev"
    ).items():
        assert name in pins, f"constraints.txt does not say which {name} CI tests."
        assert pins[name] in wanted, f"constraints.txt: {name} {pins[name]} is not in {wanted}."


def test_what_is_pinned_takes_the_first_release_of_the_oldest_python():
    """Debian 12 has Python 3.11.2, and some packages ask for a later release of 3.11."""
    oldest = min(spec.version for spec in SpecifierSet(project()["requires-python"]))
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for name in [line.partition("==")[0] for line in pinned if line and not line.startswith("#")]:
        wanted = SpecifierSet(metadata(name).get("Requires-Python", ""))
        assert f"{oldest}.0" in wanted, f"constraints.txt: {name} asks for Python {wanted}."


# postBuild, for real


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The files that reach the image, and a fresh environment with environment.yml's packages:
    those of this environment, linked, without the course itself."""
    folder = tmp_path_factory.mktemp("image")
    with contextlib.chdir(ROOT), packed(build_pack()) as archive:
        for item in archive:
            if item.name.startswith("src/"):
                archive.extract(item, folder, **AS_IT_IS)

    packages = folder / "packages"
    packages.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.search(r"gradients.from.the.ground.up", path.name):
            (packages / path.name).symlink_to(path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    (site / "environment.pth").write_text(f"{packages}\n")
    shutil.copytree(Path(sys.prefix) / "etc" / "jupyter", folder / "env" / "etc" / "jupyter")
    return folder


def in_image(image, *command, cwd, **changes):
    environment = {
        "PATH": f"{image / 'env' / 'bin'}:/usr/bin:/bin",
        "HOME": str(image),
        "JUPYTER_PREFER_ENV_PATH": "1",
        # The build tools, too, are those of this environment: no network is needed.
        "PIP_NO_BUILD_ISOLATION": "0",
        **changes,
    }
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(image):
    elsewhere = image / "elsewhere"
    elsewhere.mkdir()
    early = in_image(image, "python", "-c", "import utils", cwd=elsewhere)
    assert "No module named 'utils'" in early.stderr, "The environment is not fresh."
    done = in_image(image, "./postBuild", cwd=image / "src")
    assert done.returncode == 0, done.stdout + done.stderr
    return image


def test_after_postbuild_notebooks_find_the_course_from_anywhere(built):
    code = "import utils.data as d; print(d.__file__, d.load_digits()[0].shape)"
    done = in_image(built, "python", "-c", code, cwd=built / "elsewhere")
    assert done.stdout.split(maxsplit=1) == [
        str(built / "src" / "utils" / "data.py"), "(1797, 64)\n",
    ], done.stderr  # fmt: skip


def test_after_postbuild_the_complete_check_is_there(built):
    code = """if True:
        from importlib.metadata import entry_points
        (point,) = entry_points(group="gradients_course.complete_check")
        print(point.name, callable(point.load()))
    """
    done = in_image(built, "python", "-c", code, cwd=built / "elsewhere")
    assert done.stdout == "grade True\n", done.stderr


def test_after_postbuild_only_nbgraders_validate_is_left(built):
    lab = built / "env" / "etc" / "jupyter" / "labconfig" / "page_config.json"
    disabled = json.loads(lab.read_text())["disabledExtensions"]
    assert {name for name, off in disabled.items() if off} == {
        "@jupyterlab/apputils-extension:announcements",
        *(
            f"@jupyter/nbgrader:{name}"
            for name in ["formgrader", "assignment-list", "course-list", "create-assignment"]
        ),
    }
    code = """if True:
        from jupyter_core.paths import ENV_CONFIG_PATH
        from jupyter_server.extension.config import ExtensionConfigManager
        found = ExtensionConfigManager(read_config_path=ENV_CONFIG_PATH).get_jpserver_extensions()
        print(*sorted(name for name, on in found.items() if on and "nbgrader" in name))
    """
    done = in_image(built, "python", "-c", code, cwd=built / "elsewhere")
    assert done.stdout == "nbgrader.server_extensions.validate_assignment\n", done.stderr


def test_an_error_in_postbuild_is_not_silent(image, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    done = in_image(image, "./postBuild", cwd=image / "src", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 7


@pytest.mark.parametrize("name", ["chapters", "solutions", "utils", "autograder", "data"])
def test_the_image_holds_every_file_that_self_study_needs(image, name):
    source = ROOT / name
    assert source.is_dir(), f"{name}/ is missing."
    left_behind = ("__pycache__", ".ipynb_checkpoints", ".progress.json")
    for path in source.rglob("*"):
        if path.is_file() and not set(left_behind) & set(path.parts):
            assert (image / "src" / path.relative_to(ROOT)).exists(), f"{path} is kept out."


def test_the_image_holds_nothing_that_a_run_left_behind(image):
    for name in [".git", ".venv", "grading"]:
        assert not (image / "src" / name).exists()
