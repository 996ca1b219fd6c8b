"""Sizes and names: what keeps a module readable in one sitting and found by its name."""

from __future__ import annotations

import ast
import re
import sys

from tests.source import PACKAGES, ROOT, modules

MODULE_LINES = 400
FUNCTION_LINES = 60
VIEW_LINES = 60
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)($|_)")


def test_modules_have_a_readable_size() -> None:
    assert not [
        f"{module.path.relative_to(ROOT)}: {module.lines} lines"
        for module in modules()
        if module.lines > (VIEW_LINES if ".views." in module.name else MODULE_LINES)
    ]


def test_functions_have_a_readable_size() -> None:
    long = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{module.at(node.lineno)}: {node.name} has {lines} lines")
    assert not long


def test_modules_say_what_they_are() -> None:
    assert not [module.at(1) for module in modules() if not ast.get_docstring(module.tree)]


def test_package_files_hold_a_docstring_and_nothing_else() -> None:
    packages = [module for module in modules() if module.path.name == "__init__.py"]
    assert not [module.at(2) for module in packages if len(module.tree.body) != 1]


def test_no_name_in_the_dashboard_shadows_another() -> None:
    """Streamlit puts the folder of its entry first on the path: names there hide others."""
    taken = sys.stdlib_module_names | set(PACKAGES)
    assert not [path for path in (ROOT / "dashboard").iterdir() if path.stem in taken]


def test_names_say_something() -> None:
    assert not [module.at(1) for module in modules() if EMPTY_NAMES.search(module.path.stem)]


def test_no_note_waits_without_an_issue() -> None:
    waiting = []
    for module in modules():
        for number, line in enumerate(module.path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"#.*\b(TODO|FIXME|XXX)\b(?!.*#\d)", line):
                waiting.append(f"{module.at(number)}: {line.strip()}")
    assert not waiting


def test_pages_live_where_streamlit_does_not_look() -> None:
    """A folder ``pages`` beside the entry switches on the old automatic navigation."""
    assert not (ROOT / "dashboard" / "pages").exists()


def test_tests_are_flat() -> None:
    """``tests/storage/`` would be imported as ``storage``."""
    tests = ROOT / "tests"
    assert (tests / "__init__.py").exists()
    for path in tests.rglob("test_*.py"):
        assert path.parent == tests, path
