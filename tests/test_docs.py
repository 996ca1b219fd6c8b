"""README and CHANGELOG say what is there, and everything that they say can be done."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from collectors import registry
from dashboard import settings
from tests import readme
from tests.source import ROOT, modules

README = readme.README.read_text(encoding="utf-8")
INTERNAL = {"EARSHOT_BENCH", "EARSHOT_LIFELINE", "EARSHOT_OWN_DB", "EARSHOT_TEST_STRICT"}
"""Set by our own programs for each other, or for tests only."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_tables_are_as_the_code_has_them() -> None:
    """Among them every command, every key of ``earshot.toml`` and every kind of source."""
    if readme.rendered(README) != README:
        pytest.fail("README's tables are not what the code says now: run `make docs`")


def test_every_kind_can_be_loaded() -> None:
    assert registry.kinds(plugins=()).problems == ()
    assert {info.name for info in registry.kinds(plugins=()).infos} == set(registry.BUILT_INS)


def test_every_environment_variable_is_documented() -> None:
    missing = {
        f"{module.at(1)}: {name}"
        for module in modules()
        for name in re.findall(r"\bEARSHOT_[A-Z_]*[A-Z]\b", module.path.read_text(encoding="utf-8"))
        if name not in INTERNAL and f"`{name}`" not in README
    }
    assert not missing


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"`make {target}\b|^make {target}\b", README, flags=re.MULTILINE), target


def test_documented_configuration_is_accepted(tmp_path: Path) -> None:
    examples = blocks("toml")
    assert examples
    for number, example in enumerate(examples):
        path = tmp_path / f"{number}.toml"
        path.write_text(example, encoding="utf-8")
        declared = settings.load(path)
        assert {source.kind for source in declared.sources} <= set(registry.BUILT_INS)


def spoken() -> list[str]:
    """Every ``earshot …`` command line of README, in blocks and in the text."""
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    lines += re.findall(r"`(earshot [^`]+)`", README)
    return sorted({line for line in lines if line.startswith("earshot ")})


@pytest.mark.parametrize("line", spoken())
def test_documented_command_line_is_understood(line: str) -> None:
    _, name, *rest = shlex.split(line)
    command = readme.commands()[name][0]
    context = click.Context(command, info_name=name)
    while isinstance(command, click.Group) and rest:
        found = command.get_command(context, rest.pop(0))
        assert found is not None, line
        command, context = found, click.Context(found, parent=context)
    command.make_parser(context).parse_args(rest)


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_newest_change_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, flags=re.MULTILINE)
    assert newest
    assert newest[1] == project["version"]
