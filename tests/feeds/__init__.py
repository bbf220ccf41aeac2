"""Feeds: real HTTP on loopback, the real parser in its own process, a real database."""
