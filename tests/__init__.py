"""Tests, flat: test_<package>_<topic>.py."""
