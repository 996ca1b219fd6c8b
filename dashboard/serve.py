"""The web server: the pages, health, customers' answers and the headers that confine them.

Started with ``streamlit run dashboard/serve.py``, best through ``earshot up``. Not here:
the pages themselves (``app.py``) and the worker.
"""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts this file's folder first, where our modules would shadow top-level names.
ROOT = str(Path(__file__).resolve().parents[1])
sys.path[:] = [ROOT, *(place for place in sys.path if place not in {ROOT, f"{ROOT}/dashboard"})]

import gc
import ipaddress
import logging
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib import import_module
from typing import Any

import streamlit as st
import streamlit.file_util
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard import choice, follow_up_page, leftovers, lifeline, praise_page, remembered, security
from storage import revisions
from storage.database import open_reader
from storage.errors import ConfigError, StorageError

HOSTS = ["127.0.0.1", "localhost"]
WARM = ("plotly.graph_objects", "dashboard.data", "dashboard.figures", "dashboard.filters")
"""What the first page would otherwise wait for."""
LATER = ("pandas", "pyarrow.parquet", "dashboard.reports.page")
"""What tables, exports and reports would wait for (0.5 s), and the first page need not."""
LATER_SECONDS = 5.0

log = logging.getLogger("earshot.serve")


async def healthz(_: Request) -> JSONResponse:
    """Answer that the process is alive."""
    return JSONResponse({"status": "ok"})


async def readyz(_: Request) -> JSONResponse:
    """Answer whether pages can be shown: the database is there and can be read."""
    reason = await run_in_threadpool(unready)
    if reason is None:
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)


def unready() -> str | None:
    """Say why pages cannot be shown, or None when they can."""
    path = choice.current(Path(os.environ.get("EARSHOT_DB", "earshot.db")))
    if not path.exists():
        return f"there is no database at {path.name} yet"
    try:
        with closing(open_reader(path)) as conn:
            revisions.current(conn)
    except (StorageError, OSError) as error:
        return str(error)
    except Exception:
        log.exception("cannot read the database")
        return f"{path.name} cannot be read; the log says why"
    return None


def check_address(address: str | None) -> None:
    """Refuse to listen where others could reach pages that nobody had to sign in to."""
    if address != "localhost" and not _is_loopback(address):
        shown = address or "every address of this machine"
        raise ConfigError(
            f"refusing to serve on {shown}: without sign-in Earshot listens on 127.0.0.1 only; "
            "start it with `earshot up`"
        )


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def say_sorry(error: Exception) -> bool:
    """Log what broke a page and tell its reader without showing code."""
    log.error("a page failed", exc_info=error)
    st.error("This page could not be shown. The log says why; nothing was lost.")
    return True


def charts(below: str) -> str:
    """Return the address of the script that draws charts: 4.7 MB, asked for last otherwise."""
    found = Path(streamlit.file_util.get_static_dir(), "static", "js").glob("PlotlyChart.*.js")
    return next((f"{below}/static/js/{each.name}" for each in found), "")


def prefix() -> str:
    """Return the path below which a proxy shows the pages; '' for the root."""
    return "/" + path if (path := st.get_option("server.baseUrlPath").strip("/")) else ""


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any] | None]:
    """Load what every page needs, then tell the garbage collector to leave it alone."""
    check_address(st.get_option("server.address"))
    lifeline.watch()
    for name in WARM:
        import_module(name)
    gc.collect()
    gc.freeze()
    later = threading.Timer(LATER_SECONDS, _load_later)
    later.daemon = True
    later.start()
    stopped = threading.Event()
    leftovers.keep_trimming(stopped)
    yield {"ready": True}
    later.cancel()
    stopped.set()


def _load_later() -> None:
    for name in LATER:
        import_module(name)
    gc.freeze()


leftovers.share_heaps()
_prefix = prefix()
logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
_index = Path(streamlit.file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")

app = st.App(
    Path(ROOT, "dashboard", "app.py"),
    lifespan=lifespan,
    routes=[
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route(remembered.route(_prefix), remembered.remember),
        Route("/public/praise", praise_page.page),
        Route("/followup/{token}", follow_up_page.page, methods=["GET", "POST"]),
    ],
    middleware=[
        Middleware(
            security.SecurityHeaders,
            policy=security.content_security_policy(_index),
            ahead=charts(_prefix),
        ),
        Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
    ],
    on_script_error=say_sorry,
)
