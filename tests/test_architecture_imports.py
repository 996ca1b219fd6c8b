"""Three leaves, one top: who may import whom, ours and others'.

The tables are the rule. A test that fails here asks for a change of design, not of table.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.cli import COMMANDS
from tests.source import PACKAGES, ROOT, imports, modules

VOCABULARY = {"storage.models", "storage.errors"}

OTHERS = {
    "storage": {"sqlite_utils"},
    "sentiment": {
        "ahocorasick",
        "numpy",
        "phonenumbers",
        "py3langid",
        "rapidfuzz",
        "scipy",
        "sklearn",
        "threadpoolctl",
        "vaderSentiment",
    },
    "collectors": {
        "cryptography",
        "feedparser",
        "httpcore2",
        "httpx2",
        "praw",
        "prawcore",
        "pyarrow",
        "python_calamine",
        "requests",
        "schedule",
        "stamina",
    },
    "dashboard": {
        "altair",
        "apprise",
        "click",
        "numpy",
        "plotly",
        "pyarrow",
        "pydantic_settings",
        "starlette",
        "streamlit",
        "typst",
        "vl_convert",
        "xlsxwriter",
    },
}

STREAMLIT = re.compile(r"dashboard\.(app|serve|filters|components(\..+)?|views(\..+)?)")

CONCRETE = re.compile(
    r"collectors\.(apple|connections|feeds|files|google\w*|reddit\w*|transport)\b|sentiment\.analyser\b"
)
"""What only the composition root names, so that every part can be exchanged there."""
COMPOSES = re.compile(r"dashboard\.(wiring|commands\.analyze|bench(\..+)?)")

BROUGHT_BY = {
    "httpcore2": "httpx2",
    "prawcore": "praw",
    "requests": "praw",
    "scipy": "scikit-learn",
    "starlette": "streamlit",
    "threadpoolctl": "scikit-learn",
    "vl_convert": "vl-convert-python",
}
"""Distributions whose documented interface hands these modules' things to its callers."""
DISTRIBUTIONS = {"sklearn": "scikit-learn", "ahocorasick": "pyahocorasick"}


def test_a_module_imports_only_what_its_package_may() -> None:
    assert not [
        f"{module.at(line)}: {module.package} may not import {name}"
        for module in modules()
        for name, line, _ in imports(module.tree)
        if not may_import(module.package, name)
    ]


def may_import(package: str, name: str) -> bool:
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in OTHERS[package]:
        return True
    if top not in PACKAGES:
        return False
    # ``from storage.models import X`` is read as two names, the module and the thing.
    vocabulary = any(name == word or name.startswith(f"{word}.") for word in VOCABULARY)
    return package in {"dashboard", top} or vocabulary


def test_the_rule_notices_what_it_forbids() -> None:
    assert not may_import("storage", "collectors.loop")
    assert not may_import("sentiment", "storage.database")
    assert not may_import("sentiment", "storage")
    assert not may_import("collectors", "streamlit")
    assert not may_import("collectors", ".feeds")
    assert may_import("sentiment", "storage.models.Label")
    assert may_import("dashboard", "collectors.loop")
    tree = ast.parse("if TYPE_CHECKING:\n    import a\ndef f():\n    from b import c")
    assert set(imports(tree)) == {("a", 2, True), ("b", 4, False), ("b.c", 4, False)}


def test_the_vocabulary_is_pure_standard_library() -> None:
    for module in modules():
        if module.name in VOCABULARY:
            tops = {name.partition(".")[0] for name, _, _ in imports(module.tree)}
            assert tops <= sys.stdlib_module_names


def test_only_pages_and_server_import_streamlit() -> None:
    assert not [
        module.at(line)
        for module in modules()
        for name, line, _ in imports(module.tree)
        if name.partition(".")[0] == "streamlit" and not STREAMLIT.fullmatch(module.name)
    ]


def test_concrete_parts_are_put_together_in_one_place() -> None:
    assert not [
        f"{module.at(line)}: {name}"
        for module in modules()
        for name, line, types_only in imports(module.tree)
        if module.package == "dashboard"
        and not types_only
        and CONCRETE.match(name)
        and not COMPOSES.fullmatch(module.name)
    ]


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    for module in modules():
        for name, line, types_only in imports(module.tree):
            top = name.partition(".")[0]
            if top and not types_only and top not in sys.stdlib_module_names | set(PACKAGES):
                distribution = BROUGHT_BY.get(top) or DISTRIBUTIONS.get(top, top)
                assert canonicalize_name(distribution) in declared, f"{module.at(line)}: {name}"


def test_every_package_comes_from_this_checkout(tmp_path: Path) -> None:
    """A foreign ``storage`` in site-packages must not win, from whatever folder we start."""
    code = f"import importlib.util as u\nfor name in {PACKAGES!r}: print(u.find_spec(name).origin)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = result.stdout.split()
    assert found == [str(ROOT / name / "__init__.py") for name in PACKAGES]


HEAVY = {
    "altair",
    "feedparser",
    "httpx2",
    "numpy",
    "pandas",
    "plotly",
    "praw",
    "py3langid",
    "pyarrow",
    "python_calamine",
    "scipy",
    "sklearn",
    "sqlite_utils",
    "starlette",
    "streamlit",
    "vaderSentiment",
    "xlsxwriter",
}

HELP = """
import sys
from click.testing import CliRunner
from dashboard.cli import COMMANDS, earshot
for line in [[], *([name] for name in COMMANDS)]:
    result = CliRunner().invoke(earshot, [*line, "--help"])
    assert result.exit_code == 0, (line, result.output, result.exception)
    print(" ".join(line) or "earshot", *sorted(set(sys.modules) & HEAVY))
"""


def test_help_of_every_command_loads_nothing_heavy() -> None:
    assert [name for name in HEAVY if importlib.util.find_spec(name) is None] in ([], ["sklearn"])
    result = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {HEAVY!r}\n{HELP}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines == ["earshot", *COMMANDS]
