"""Rows of Parquet files, read by pyarrow in batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collectors.tables.documents import Item, Records, open_records
from storage.errors import InputError

BATCH_ROWS = 2_000


def open_parquet(path: Path) -> Records:
    """Open a Parquet file; nested values become dotted names as in JSON."""
    return open_records("parquet", lambda: _items(path))


def _items(path: Path) -> Iterator[Item]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                for value in _plain(batch, pa).to_pylist():
                    number += 1
                    yield Item(number, value)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name} is not a readable Parquet file: {error}") from error


def _plain(batch: Any, pa: Any) -> Any:
    """Round nanoseconds off: Python's datetime has none, and would need pandas."""
    for i, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            rounded = batch.column(i).cast(pa.timestamp("us", field.type.tz), safe=False)
            batch = batch.set_column(i, field.name, rounded)
    return batch
