"""A process that is killed while it records leaves a whole database."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sqlite3
from pathlib import Path

from tests.alerts.recording import record_forever

# What one transaction has to keep together; each must find nothing.
BROKEN = {
    "a claim without its case": "SELECT 1 FROM claims WHERE case_id NOT IN (SELECT id FROM cases)",
    "a case without a claim": "SELECT 1 FROM cases WHERE id NOT IN (SELECT case_id FROM claims)",
    "a case without its summary": "SELECT 1 FROM cases WHERE id NOT IN (SELECT case_id FROM case_voices)",
    "a summary that counts other claims": """
        SELECT 1 FROM cases WHERE (SELECT sum(claims) FROM case_voices WHERE case_id = cases.id)
        != (SELECT count(*) FROM claims WHERE case_id = cases.id)""",
    "a status that its voices don't give": """
        SELECT 1 FROM cases WHERE (status = 'contested')
        != EXISTS (SELECT 1 FROM case_voices WHERE case_id = cases.id AND stance = 'denies')""",
    "a claim without weapons or actors": """
        SELECT 1 FROM claims WHERE id NOT IN (SELECT claim_id FROM claim_weapons)
        OR id NOT IN (SELECT claim_id FROM claim_actors)""",
    "a story with claims and no text to find": """
        SELECT 1 FROM claims WHERE story_id NOT IN (SELECT rowid FROM story_text)""",
    "a case that nobody is alerted of": "SELECT 1 FROM cases WHERE id NOT IN (SELECT case_id FROM alerts)",
}


def test_a_kill_in_the_middle_of_recording_leaves_all_of_a_story_or_nothing(tmp_path: Path, empty: Path) -> None:
    path = Path(shutil.copy(empty, tmp_path))
    chance = random.Random(7)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.alerts.recording"])
    for turn in range(5):
        recorded, telling = processes.Pipe(duplex=False)
        process = processes.Process(target=record_forever, args=(path, turn, telling))
        process.start()
        telling.close()
        for _ in range(chance.randint(1, 12)):
            recorded.recv()  # EOFError: the recording ended by itself
        process.kill()  # whatever it is at just now
        process.join()
        check(path, turn)


def check(path: Path, turn: int) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("SELECT count(*) FROM stories WHERE key LIKE ?", (f"{turn} %",)).fetchone() > (0,)
    assert [what for what, query in BROKEN.items() if connection.execute(query).fetchone()] == []
    connection.close()
