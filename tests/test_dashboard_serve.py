"""The web server on loopback: health, headers, refusals, and a page in a real browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from dashboard import security
from storage.database import Database
from tests.browser import opened
from tests.serving import served

PAGE = "<!-- <script>no()</script> --><script>a = '<'</script><script src='x.js'></script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with served(folder / "earshot.db", folder / "earshot.toml") as address:
        yield address


def get(url: str, path: str, host: str | None = None) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        return response, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def test_health_is_about_the_process_and_readiness_about_the_database(
    url: str, folder: Path
) -> None:
    assert get(url, "/healthz")[1] == '{"status":"ok"}'
    database = folder / "earshot.db"
    assert not database.exists()
    response, body = get(url, "/readyz")
    assert response.status == 503
    assert "no database" in body
    Database(database).close()
    assert get(url, "/readyz")[0].status == 200
    database.unlink()
    database.write_text("this is not a database, but it is long enough to be read as one" * 20)
    response, body = get(url, "/readyz")
    database.unlink()
    assert response.status == 503
    assert "not ready" in body


def test_pages_name_the_script_of_charts_ahead(url: str) -> None:
    ahead = re.fullmatch(r"<(/\S+)>; rel=modulepreload", get(url, "/")[0].getheader("link") or "")
    assert ahead is not None
    response, _ = get(url, ahead[1])
    assert response.status == 200
    assert "javascript" in (response.getheader("content-type") or "")
    assert get(url, "/healthz")[0].getheader("link") is None


def test_praise_is_a_page_for_anybody_that_is_kept_nowhere(url: str) -> None:
    response, body = get(url, "/public/praise")
    assert "What customers say" in body
    assert "<script" not in body
    assert response.getheader("link") is None
    assert response.getheader("cache-control") == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/_stcore/health", "/favicon.png", "/nowhere", "/public/praise"]
)
def test_every_answer_carries_the_policy(url: str, path: str) -> None:
    response, _ = get(url, path)
    policy = response.getheader("content-security-policy") or ""
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in re.sub(r"style-src[^;]*", "", policy)
    assert response.getheader("x-content-type-options") == "nosniff"
    assert response.getheader("referrer-policy") == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/healthz", "/_stcore/health"])
def test_another_host_name_is_refused(url: str, path: str) -> None:
    """A name that an attacker points at 127.0.0.1 must not reach the pages."""
    response, _ = get(url, path, host="evil.example:8501")
    assert response.status == 400


@pytest.mark.browser
def test_a_page_works_under_the_policy(url: str, browser: Browser) -> None:
    complaints: list[str] = []
    with opened(browser) as page:
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.goto(url)
        page.get_by_test_id("stMain").locator("h1").first.wait_for(timeout=30_000)
    assert not [text for text in complaints if text.startswith("error")]


TRACKER = "http://tracker.example/pixel.png"


def load_image(browser: Browser, url: str) -> str:
    with opened(browser) as page:
        page.goto(url)
        blocked = page.evaluate(
            """address => new Promise(resolve => {
                document.addEventListener("securitypolicyviolation", e => resolve(e.blockedURI));
                const image = new Image();
                image.src = address;
                document.body.append(image);
            })""",
            TRACKER,
        )
        assert blocked == TRACKER
    return str(blocked)


@pytest.mark.browser
def test_a_tracking_image_is_blocked_and_noticed(url: str, browser: Browser) -> None:
    with pytest.raises(AssertionError, match=r"asked other hosts: .*tracker"):
        load_image(browser, url)


def test_policy_names_exactly_the_inline_scripts() -> None:
    digest = base64.b64encode(hashlib.sha256(b"a = '<'").digest()).decode()
    assert security.script_hashes(PAGE) == (f"'sha256-{digest}'",)
    assert f"script-src 'self' 'sha256-{digest}';" in security.content_security_policy(PAGE)
