"""The product's own source as syntax trees, for the tests that hold its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("storage", "sentiment", "collectors", "dashboard")


class Module(NamedTuple):
    """One file of the product: its dotted name, lines and tree."""

    name: str
    path: Path
    lines: int
    tree: ast.Module

    @property
    def package(self) -> str:
        """The top-level package that it belongs to."""
        return self.name.partition(".")[0]

    def at(self, line: int) -> str:
        """A place in it, as an editor understands it."""
        return f"{self.path.relative_to(ROOT)}:{line}"


class Import(NamedTuple):
    """One import: what, on which line, and whether it only serves the type checker."""

    name: str
    line: int
    types_only: bool


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            name = dotted.removesuffix(".__init__")
            found.append(Module(name, path, len(text.splitlines()), ast.parse(text)))
    return tuple(found)


def imports(tree: ast.Module) -> Iterator[Import]:
    """Every import at any depth; ``from a import b`` counts as both ``a`` and ``a.b``."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        types_only = id(node) in guarded
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, types_only)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield Import(base, node.lineno, types_only)
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno, types_only)
