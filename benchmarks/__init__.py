"""Measurements, each against a named peer in the same run. Every one prints a table, and with `--json` a last line of
JSON.
"""
