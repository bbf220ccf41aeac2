"""Processes that tests interrupt."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    """For `preexec_fn`: a shell that runs the tests in the background has whom they start ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
