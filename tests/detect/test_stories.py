"""Whole stories: what one sentence tells another, what any text gives, and the labelled stories where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detect.claims import read
from bot.detect.examples import lexicon_with_invented
from bot.detect.lexicon import Lexicon, load
from bot.detect.rules import read_rules
from bot.detect.text import words
from bot.model import PHASES, STANCES, WEAPONS, Story
from tests.detect.reading import claims_of, found

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
INVENTED = lexicon_with_invented(read_rules())
EVAL = Path(__file__).resolve().parents[3] / "shared" / "eval"
labelled = pytest.mark.skipif(not EVAL.is_dir(), reason=f"the labelled stories are not here ({EVAL})")


def test_a_party_that_a_sentence_leaves_out_is_taken_from_the_headline(lexicon: Lexicon) -> None:
    claims = found(lexicon, "Ruritania says Freedonia sent missiles to Sylvania", "The missiles were sent in May.")
    assert claims == {"R says F>S missiles delivered"}


def test_an_unknown_recipient_stays_unknown(lexicon: Lexicon) -> None:
    claims = found(lexicon, "Freedonia halts all arms exports, Fredville says")
    assert claims == {"F says F>.. unspecified stopped"}


def test_the_words_of_a_claim_are_the_sentence_it_was_read_from(lexicon: Lexicon) -> None:
    denial = "Freedonia has never armed Sylvania, its defence minister said."
    words = {claim.words for claim in claims_of(lexicon, "Fredville answers Strelsau on arms", denial)}
    assert words == {denial}


def test_a_claim_names_the_rules_that_made_it(lexicon: Lexicon) -> None:
    (claim,) = claims_of(lexicon, "Freedonia supplied missiles to Sylvania")
    assert claim.rules == ("supply",)


WORDS = words(
    "Freedonia Sylvania Ruritania denies says sent missiles to from that “ ” , . ; : — arms not both it the report of "
    "armed by were sale ?"
)
TEXT = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(sorted(WORDS)), max_size=60).map(" ".join))


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=400), st.lists(st.sampled_from(sorted(WORDS)), max_size=60).map(" ".join)),
    st.text(max_size=50),
)
def test_any_text_gives_an_answer_whose_words_are_spans_of_it(title: str, summary: str) -> None:
    for claim in claims_of(INVENTED, title, summary):
        assert claim.words in f"{title}\n{summary}"
        assert claim.stance in STANCES
        assert claim.phase in PHASES
        assert claim.weapons
        assert set(claim.weapons) <= set(WEAPONS)
        assert claim.supplier != claim.recipient


@settings(deadline=None)
@given(st.permutations(["Freedonia sent missiles to Sylvania.", "Ruritania sold tanks to Graustark.", "Rain fell."]))
def test_the_order_of_sentences_about_different_dyads_does_not_matter(sentences: list[str]) -> None:
    claims = found(INVENTED, "News in brief", " ".join(sentences))
    assert claims == {"somebody says F>S missiles delivered", "somebody says R>G armour delivered"}


def scores(tmp_path: Path, name: str) -> dict[str, Any]:
    """What the scorer says of `claimwatch detect` on a labelled file."""
    with (EVAL / name).open("rb") as stories, (tmp_path / "out.jsonl").open("wb") as out:
        subprocess.run([sys.executable, "-m", "bot", "detect"], stdin=stories, stdout=out, check=True)
    files = [str(EVAL / "score.py"), str(EVAL / name), str(tmp_path / "out.jsonl")]
    command = [sys.executable, *files, "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(printed.stdout)
    return result


@labelled
def test_the_article_the_project_began_with_is_read_whole() -> None:
    story = json.loads((EVAL / "golden.jsonl").read_text(encoding="utf-8"))
    wanted = {(c["stance"], c["claimant"], c["supplier"], c["recipient"]) for c in story["claims"]}
    told = Story(
        key="golden",
        title=story["title"],
        summary=story["summary"],
        body=story["body"],
        outlet=story["outlet"],
        seen=SEEN,
    )
    claims = [claim.key for claim in read(told, load())]
    assert wanted <= set(claims)
    assert len(claims) <= len(wanted) + 1


@labelled
def test_the_labelled_stories_are_read_as_well_as_the_release_promises(tmp_path: Path) -> None:
    result = scores(tmp_path, "dev.jsonl")
    assert result["transfer"]["f1"] >= 0.95
    assert result["denial"]["f1"] >= 0.94
    assert result["claim"]["f1"] >= 0.82
    assert result["said"]["f1"] >= 0.76
    assert result["weapons"]["f1"] >= 0.88
    assert result["phase"] >= 0.85
