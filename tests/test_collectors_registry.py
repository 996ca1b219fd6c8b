"""Which kinds of source there are, with plugins good and bad; and the cursor of Reddit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import registry
from collectors.contract import Check, KindInfo, Services, Suggestion
from collectors.feeds import FeedsCollector
from collectors.reddit_progress import Progress
from storage.errors import ConfigError, SourceBroken
from storage.models import Batch, Json, Source
from tests.fake_reddit import SECRETS


class Acme:
    """A collector as a third party would bring it."""

    info: ClassVar[KindInfo] = KindInfo("acme", "Acme", (), {}, "as you like")

    def __init__(self, services: Services) -> None:
        self.services = services

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        return Suggestion("acme", "acme", {}, "Acme") if "acme.example" in link else None

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        yield Batch(())

    def check(self, source: Source) -> Check:
        return Check(problem="empty")


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.GROUP)


BUILT_INS = ["feeds", "reddit", "google_play", "google_business", "files"]
GOOD = point("acme", "tests.test_collectors_registry:Acme")


def test_built_ins_say_what_they_need() -> None:
    kinds = registry.kinds([])
    assert [info.name for info in kinds.infos] == BUILT_INS
    assert kinds.problems == ()
    for info in kinds.infos:
        assert info.title
        assert info.terms
        assert json.dumps(dict(info.example))
        assert all(need.name and need.meaning for need in info.needs)


def test_a_plugin_is_a_kind_like_any_other() -> None:
    assert registry.kinds([GOOD]).infos[-1].title == "Acme"
    services = Services(secrets={"a": "b"})
    made = registry.build("acme", services, [GOOD])
    assert isinstance(made, Acme)
    assert made.services is services
    assert registry.recognise("https://acme.example/", plugins=[GOOD])[-1].kind == "acme"


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (point("acme", "no.such.module:Acme"), "No module named"),
        (point("acme", "collectors.feeds:NoSuchThing"), "NoSuchThing"),
        (point("acme", "json:dumps"), "not a collector"),
        (point("other", "tests.test_collectors_registry:Acme"), "calls itself 'acme'"),
        (point("feeds", "tests.test_collectors_registry:Acme"), "already collectors.feeds"),
    ],
)
def test_a_bad_plugin_is_reported_and_takes_nothing_down(bad: EntryPoint, says: str) -> None:
    kinds = registry.kinds([bad])
    assert [info.name for info in kinds.infos] == BUILT_INS
    ((name, problem),) = kinds.problems
    assert name == bad.name
    assert says in problem
    assert isinstance(registry.build("feeds", Services(), [bad]), FeedsCollector)
    assert registry.recognise("https://a.example/feed", plugins=[bad])[0].kind == "feeds"


def test_two_plugins_of_one_name_are_reported() -> None:
    kinds = registry.kinds([GOOD, point("acme", "zzz:Acme")])
    assert [problem.name for problem in kinds.problems] == ["acme"]
    assert registry.kinds([GOOD, GOOD]).problems == ()


def test_unknown_kinds_name_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'feeds'"):
        registry.build("feed", Services(), [])
    with pytest.raises(ConfigError, match="known: feeds, reddit, google_play"):
        registry.build("telepathy", Services(), [])
    with pytest.raises(SourceBroken, match="cannot be used"):
        registry.build("acme", Services(), [point("acme", "no.such:Thing")])


def test_a_subreddit_is_read_by_the_api_where_there_is_a_client() -> None:
    link = "https://www.reddit.com/r/acme/"
    assert [one.kind for one in registry.recognise(link, plugins=[])] == ["feeds", "reddit"]
    assert [one.kind for one in registry.recognise(link, SECRETS, [])] == ["reddit", "feeds"]


def test_listing_kinds_loads_nothing_heavy() -> None:
    code = (
        "import sys; from collectors import registry; registry.kinds(); "
        "heavy = {'praw', 'feedparser', 'pandas', 'pyarrow', 'streamlit'} & sys.modules.keys(); "
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == ""
    assert done.returncode == 0


NAMES = st.lists(st.from_regex(r"t[13]_[0-9a-z]{1,8}", fullmatch=True), unique=True, max_size=40)


@given(NAMES, NAMES, st.dictionaries(st.sampled_from(["r/a/new", "r/b/comments"]), NAMES))
def test_progress_survives_being_a_cursor(
    seen: list[str], threads: list[str], tops: dict[str, list[str]]
) -> None:
    progress = Progress()
    progress.saw(seen)
    progress.read_threads(threads)
    for key, names in tops.items():
        progress.walks[key] = Progress.of({"walks": {key: {"top": " ".join(names)}}}).walks[key]
    for name in threads:
        progress.grew(name, 3)
    assert Progress.of(json.loads(json.dumps(progress.cursor()))) == progress


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["walks", "recent", "pending", "growing", "missing", "top", "after"]),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON)
def test_any_json_is_a_cursor(cursor: Json) -> None:
    assert isinstance(Progress.of(cursor), Progress)


def test_progress_keeps_the_newest_of_each_kind() -> None:
    progress = Progress()
    progress.saw(f"t1_{n}" for n in range(2000))
    progress.saw(["t3_a"])
    assert len(progress.recent) == 501
    assert {"t1_1999", "t3_a"} <= progress.recent.keys()
    assert "t1_1" not in progress.recent
