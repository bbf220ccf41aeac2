"""The newsroom of the alerts' tests: a store that real recordings fill."""

from tests.alerts.conftest import empty, newsroom, words

__all__ = ["empty", "newsroom", "words"]
