"""Opens pages in Streamlit's own test runner, and reads what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"

Visit = Callable[..., "AppTest"]
"""page, who, keys of the session that are set, query parameters → the page as it stands."""


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open a page of the workspace in ``tmp_path`` as a browser with that address would."""
    from streamlit.testing.v1 import AppTest

    from dashboard import choice
    from dashboard.components import session

    monkeypatch.setenv("EARSHOT_DB", str(tmp_path / "earshot.db"))
    monkeypatch.setenv("EARSHOT_CONFIG", str(tmp_path / "earshot.toml"))
    monkeypatch.delenv(choice.OWN, raising=False)

    def go(
        page: str = "overview", who: str | None = None, opened: Sequence[str] = (), **params: str
    ) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        if who:
            app.session_state["working_as"] = who
        if page != "overview":
            app.switch_page(f"views/{page}.py")
        for name, value in params.items():
            app.query_params[name] = value
        for key in opened:
            app.session_state[key] = True
        return app.run()

    yield go
    session._open.clear()
    session.jobs.clear()


def shown(app: AppTest) -> str:
    """Return all words of a page, those of its own markup as they were escaped."""
    parts = [*app.title, *app.markdown, *app.caption, *app.text, *app.info]
    markup = [str(each.proto.body) for each in app.get("html")]
    return "\n".join([*markup, *(str(each.value) for each in parts)])
