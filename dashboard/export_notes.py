"""What a CSV or JSON Lines file of mentions cannot say of itself, as a file beside it.

Both formats are read by programs line by line: a comment or a first line of ours would be a
row to them. So how fresh and whole the data are, and by what filter they were chosen, stands
in ``<file>-metadata.json``, the name and the vocabulary under which "CSV on the Web" (W3C,
2015, section 5.3) looks for a table's metadata. Pure. XLSX and Parquet hold it inside.
"""

from __future__ import annotations

import json
from pathlib import Path

from dashboard.exports import About, Format, columns

BESIDE = (Format.CSV, Format.JSONL)
"""Formats that have such a file."""
SUFFIX = "-metadata.json"


def beside(path: Path) -> Path:
    """Return where the notes of a file stand."""
    return path.with_name(path.name + SUFFIX)


def notes(file: str, form: Format, about: About) -> bytes:
    """Return the notes of a file of that name."""
    told: dict[str, object] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": file,
        "dc:title": "Mentions" + (" (SAMPLE: an invented company)" if about.sample else ""),
        "dc:description": about.standing,
        "dc:coverage": about.chosen,
        "rdfs:comment": f"Times are in {about.timezone}; no filter is called “everything”.",
    }
    if form is Format.CSV:
        told |= {
            "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
            "tableSchema": {"columns": [{"name": each} for each in columns(about)]},
        }
    return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"
