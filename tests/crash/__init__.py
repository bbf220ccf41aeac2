"""The real process, killed again and again: nothing that the feeds said may be lost or told twice.

`python -m tests.crash --kills 200 --seed 7` runs it by hand; `test_crash.py` is a short one.
"""
