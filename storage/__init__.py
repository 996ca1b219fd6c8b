"""The SQLite file: vocabulary, schema, one module per noun, read queries, privacy."""
