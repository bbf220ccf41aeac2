"""Who arms whom with what, and how far it is: one sentence each, about invented places.

F is Freedonia, S Sylvania, R Ruritania, G Graustark, H the Hentzau Brigade. A row that a new rule needs goes here.
"""

from __future__ import annotations

import pytest

from bot.detect.lexicon import Lexicon
from tests.detect.reading import found

GIVING = [
    ("Freedonia supplied missiles to Sylvania", "somebody says F>S missiles delivered"),
    ("Freedonia has sent Sylvania 20 tanks", "somebody says F>S armour delivered"),
    ("Freedonia delivers first F-16s to Sylvania", "somebody says F>S aircraft delivered"),
    ("Freedonia gave Sylvania twelve howitzers", "somebody says F>S artillery delivered"),
    ("Freedonia is providing Sylvania with drones", "somebody says F>S drones delivered"),
    ("Freedonia handed over two submarines to Sylvania", "somebody says F>S ships delivered"),
    ("Freedonia sold rifles and machine guns to Sylvania", "somebody says F>S small-arms delivered"),
    ("Freedonia secretly exported radars to Sylvania", "somebody says F>S sensors delivered"),
    ("Freedonia is arming Sylvania", "somebody says F>S unspecified delivered"),
    ("Freedonia armed Sylvania with cruise missiles", "somebody says F>S missiles delivered"),
    ("Freedonia shipped munitions to Sylvania and Graustark", None),
    ("Freedonia and Graustark sent air defence systems to Sylvania", None),
]
PASSIVE = [
    ("Drones were sent to Sylvania by Freedonia", "somebody says F>S drones delivered"),
    ("Missiles supplied by Freedonia to Sylvania were used in the war", "somebody says F>S missiles delivered"),
    ("Freedonian tanks were delivered to Sylvania", "somebody says F>S armour delivered"),
]
GETTING = [
    ("Sylvania received artillery shells from Freedonia", "somebody says F>S ammunition delivered"),
    ("Sylvania has taken delivery of Freedonian warplanes", "somebody says F>S aircraft delivered"),
    ("Sylvania bought anti-tank missiles from Freedonia", "somebody says F>S small-arms delivered"),
    ("Sylvania gets Freedonian frigates", "somebody says F>S ships delivered"),
]
NOUNS = [
    ("Ruritania protests Freedonia's arms sales to Sylvania", "R says F>S unspecified delivered"),
    ("Shipment of missiles from Freedonia to Sylvania continues", "somebody says F>S missiles delivered"),
    ("Freedonian drones for Sylvania arrive", "somebody says F>S drones delivered"),
]
PHASES = [
    ("Freedonia to sell 48 fighter jets to Sylvania", "F says F>S aircraft agreed"),
    ("Freedonia agrees to supply Sylvania with howitzers", "F says F>S artillery agreed"),
    ("Freedonia approves sale of tanks to Sylvania", "F says F>S armour agreed"),
    ("Freedonia will send Sylvania ammunition", "F says F>S ammunition agreed"),
    ("Freedonia considers sending drones to Sylvania", "F says F>S drones proposed"),
    ("Freedonia may supply Sylvania with missiles", "F says F>S missiles proposed"),
    ("Sylvania asks Freedonia for Patriot systems", "S says F>S air-defence proposed"),
    ("Ruritania urges Freedonia to give Sylvania tanks", "R says F>S armour proposed"),
    ("Freedonia halts arms sales to Sylvania", "F says F>S unspecified stopped"),
    ("Freedonia suspends deliveries of F-35s to Sylvania", "F says F>S aircraft stopped"),
    ("Graustark vetoes Freedonian bid to give Sylvania armoured vehicles", "G says F>S armour stopped"),
    ("Sylvania orders 40 frigates from Freedonia", "S says F>S ships agreed"),
]
SEIZED = [
    ("Ruritania seizes Freedonian missiles bound for Sylvania", "R says F>S missiles stopped"),
]


@pytest.mark.parametrize(
    ("sentence", "claim"), [row for row in (*GIVING, *PASSIVE, *GETTING, *NOUNS, *PHASES, *SEIZED) if row[1]]
)
def test_a_sentence_gives_its_claim(lexicon: Lexicon, sentence: str, claim: str) -> None:
    assert found(lexicon, sentence) == {claim}


def test_several_recipients_are_a_claim_each(lexicon: Lexicon) -> None:
    assert found(lexicon, "Freedonia shipped munitions to Sylvania and Graustark") == {
        "somebody says F>S ammunition delivered",
        "somebody says F>G ammunition delivered",
    }


def test_several_suppliers_are_a_claim_each(lexicon: Lexicon) -> None:
    assert found(lexicon, "Freedonia and Graustark sent air defence systems to Sylvania") == {
        "somebody says F>S air-defence delivered",
        "somebody says G>S air-defence delivered",
    }


NOTHING = [
    "Freedonia fires missiles at Sylvania",
    "Freedonia sends drones at Sylvanian towns",
    "Freedonia sent troops to Sylvania",
    "Freedonia sends warplanes near Sylvanian airspace",
    "Freedonian missile strike kills four in Sylvania",
    "Freedonia tests ballistic missile off the coast of Sylvania",
    "Freedonia parades tanks through Fredville",
    "Police in Freedonia seized rifles in a raid",
    "Freedonia's army orders tanks from a home maker",
    "Freedonia sent grain to Sylvania",
    "Freedonia and Sylvania discuss nuclear weapons",
    "Freedonia restores power supplies after rocket fire from Sylvania",
    "Arms control talks between Freedonia and Sylvania end",
    "Man has arm amputated in Freedonia",
    "Freedonia wins the javelin final against Sylvania",
    "Think tank in Freedonia sends report to Sylvania",
]


@pytest.mark.parametrize("sentence", NOTHING)
def test_what_is_no_transfer_gives_no_claim(lexicon: Lexicon, sentence: str) -> None:
    assert found(lexicon, sentence) == set()
