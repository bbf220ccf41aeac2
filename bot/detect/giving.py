"""Transfers whose nucleus is a verb of giving or arming: "gave Sylvania tanks", "arms the rebels"."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.clauses import BE, before, clause, phase_of
from bot.detect.goods import DEPLOYED, LOADED, PREPOSITIONS, are_craft, categories, goes_abroad, listed, names_goods
from bot.detect.mention import Mention
from bot.detect.nucleus import Nucleus
from bot.detect.origins import VESSELS, origin, possessor
from bot.detect.parties import (
    FROM,
    INDUSTRY,
    TO,
    actor,
    bound,
    describes_arms,
    for_group,
    loose_object,
    object_of,
    pronoun_object,
    role,
)
from bot.detect.subjects import subject_of, thanked_by
from bot.detect.text import Token, words

_FORCES = words("forces army troops military junta militia rebels fighters")
_OWN_FORCES = words("army navy military troops soldiers force forces guard")
_THEIRS = words("the its his her their")
_USED = words("fired used launched flown operated")
_FOUND = words("found seen spotted recovered discovered identified used")
_SHOWN = words(
    "image images footage photo photos photographs picture pictures video videos evidence proof details list"
)
_DROPPED = {"small-arms", "ammunition", "unspecified"}
_BACKING = words("back support help arm aid bolster defend")
_NONE = words("none nothing")
_AID = ("aid", "assistance", "package", "donat", "gift", "military help")
_NOTHING_GIVEN = "but no arms"  # the rule of what is given without arms


def arming(n: Nucleus) -> Mention | None:
    """ "Freedonia arms Sylvania", "the rebels were armed by Freedonia"."""
    _, subject = n.subject()
    if n.passive:
        suppliers, recipients = n.role(FROM), subject
    else:
        suppliers = subject
        recipients = object_of(n.row, n.at, n.right)[1] or loose_object(n.row, n.at, n.right)
        recipients = recipients or pronoun_object(n.row, n.at, 0, n.right, subject)
    group = n.any_behind("group", 5)
    if n.at + 1 < n.right and n.row[n.at + 1].low == "of" and "ing" in n.word.forms:  # "Freedonia's arming of Sylvania"
        own = possessor(n.row, n.at, n.left) or n.role(words("by"))
        return n.mention(own, object_of(n.row, n.at + 1, n.right)[1], [], (), group) if own else None
    if not n.passive and not recipients and not group:
        return None
    with_what = any(token.low == "with" for token in n.row[n.at : n.right])
    if n.word.weak and not (n.ahead and _is_with(n.row, n.at, n.ahead[0])):
        return None  # "helps Sylvania", "helps Sylvania with talks on missiles"
    return n.mention(suppliers, recipients, n.ahead if with_what else [], subject, group)


def _is_with(row: list[Token], i: int, goods: int) -> bool:
    """Whether "with" is the last preposition before the goods: "helps Sylvania with 30 old tanks"."""
    last = next((row[j].low for j in range(goods - 1, max(i, goods - 6), -1) if row[j].low in PREPOSITIONS), None)
    return last == "with"


def giving(n: Nucleus) -> Mention | None:
    """ "Freedonia sends tanks to Sylvania", "tanks were sent to Sylvania"."""
    return _given(n) if n.passive else _gives(n)


def _given(n: Nucleus) -> Mention | None:
    """ "drones were sent to …", "weapons supplied by …", "rebels were given rifles"."""
    into, away = n.role(TO), n.role(FROM)
    subject_at, subject = n.subject()
    goods = n.behind or n.ahead
    suppliers = away or origin(n.row, n.behind[-1:], n.left) or origin(n.row, n.behind, n.left)
    if not suppliers and not n.behind:
        suppliers = origin(n.row, n.ahead[:1], n.at)  # "was given Freedonian tanks"
    recipients = for_group(n.row, n.at, n.right) or into if into else into
    if n.behind and (group := for_group(n.row, n.behind[-1], n.at)):
        recipients = group  # "rifles for the rebels are flown to Sylvania"
    if not into and n.ahead and not n.behind and n.at - subject_at <= 4:
        recipients = subject
    recipients = recipients or bound(n.row, n.left, n.right) or (_user(n) if suppliers and n.behind else ())
    recipients = recipients or (_found_in(n) if suppliers and n.behind else ())
    none = any(token.low in _NONE for token in n.row[max(n.left, n.at - 6) : n.at])
    they = any(token.low == "they" for token in n.row[max(n.left, n.at - 4) : n.at])  # "they had been sold to …"
    named = names_goods(n.row, n.left, n.at) or none or (they and bool(into and away))
    # "none of the systems has been delivered": of those told before
    told_before = not n.word.weak and any(token.low == "none" for token in n.row[max(n.left, n.at - 6) : n.at])
    if not goods and not (named and (into or away)) and not told_before:
        return None
    return n.mention(suppliers, recipients, goods, suppliers, n.any_behind("group", 12))


def _found_in(n: Nucleus) -> tuple[str, ...]:
    """Where what was given turned up: "drones supplied by Freedonia found in Sylvania"."""
    at = next((j for j in range(n.at + 1, min(n.at + 8, n.right)) if n.row[j].low in _FOUND), None)
    return role(n.row, at, min(at + 4, n.right), words("in with")) if at is not None else ()


def _user(n: Nucleus) -> tuple[str, ...]:
    """Who used what was given: "Sylvania fired rockets supplied by Freedonia", "rockets Sylvania fires"."""
    behind, codes = object_of(n.row, n.behind[-1], n.at)
    fired = n.row[behind + 1].tags.get("verb") if codes and behind + 1 < n.at else None
    if fired and fired.frame == "use":
        return codes
    at = next((j for j in range(n.behind[0] - 1, max(n.left, n.behind[0] - 5), -1) if "verb" in n.row[j].tags), None)
    return subject_of(n.row, at, n.left)[1] if at is not None and n.row[at].tags["verb"].frame == "use" else ()


def _gives(n: Nucleus) -> Mention | None:
    into = n.role(TO)
    if n.word.rule == "carry" and n.ahead and "ing" in n.word.forms and into and (away := n.role(words("from"))):
        return n.mention(away, into, n.ahead)  # "was carrying rifles from Freedonia to Sylvania"
    if n.word.rule == "carry" and (not into or "ing" in n.word.forms):
        return None  # "a dhow carrying rifles" is not who supplies
    if n.ahead and any(token.low in _SHOWN for token in n.row[n.at + 1 : n.ahead[0]]):
        return None  # "releases images of Freedonian guns": only the images are given
    object_at, direct = object_of(n.row, n.at, n.right)
    group = n.any_behind("group", 12)
    if n.word.rule == "drop" and not _is_dropped_to(n):
        return None
    goods = n.ahead
    if not goods or goods[0] - n.at > 9:
        near = n.behind and not (n.word.weak and len(before(n.row, n.at, n.behind[-1])) > 6)
        forces = direct and any(
            not _FORCES.isdisjoint(token.low.split()) for token in n.row[n.at + 1 : min(n.at + 5, n.right)]
        )
        of_them = any(
            n.row[j - 1].low in {"of", "the"} and n.row[j].low in {"them", "those", "type"}
            for j in range(n.at + 2, min(n.at + 9, n.right))
        )
        named = of_them or names_goods(n.row, n.at + 1, min(n.at + 3, n.right))
        if of_them or (named and (into or direct)) or n.any_behind("group", 4) or (forces and not n.word.weak):
            goods = []
        elif near and (into or direct or group) and _is_relative(n):
            goods = n.behind  # "the drones that Iran sent"; goods that stand as the subject send nothing
        elif n.row[n.at].low.endswith("guns") and into:
            goods = []  # "running guns to"
        elif n.at + 1 < n.right and n.row[n.at + 1].low in _NONE:
            goods = []  # "will send none": of what was told before
        else:
            return None
    if n.word.weak and goods is n.ahead and goods and _is_instrument(n.row, n.at, goods[0]):
        return None
    if n.word.weak and goods is n.ahead and goods and {t.low for t in n.row[n.at : goods[0]]} & {"on", "about"}:
        return None  # "offers Sylvania talks on missiles"
    _, subject = n.subject()
    if not into and (own := _to_its_own(n, goods) or _leased(n, goods, direct)):
        return own
    industry = any(token.low in INDUSTRY for token in n.row[object_at + 1 : object_at + 4])  # "Strelsau's arms plants"
    if direct and not industry and describes_arms(n.row, object_at) and (into or _is_adjective(n.row, object_at)):
        direct = ()
    recipients = (
        direct
        or into
        or _backed(n, goods)
        or _fired_by(n, goods)
        or thanked_by(n.row, n.at, n.left)
        or pronoun_object(n.row, n.at, n.left, n.right, subject)
    )
    if not recipients and (orderer := _orderer(n)):
        return n.mention(subject, orderer, goods, orderer)
    away = n.role(words("from"))
    carried = any(token.low in {"which", "that"} for token in n.row[max(n.left, n.at - 3) : n.at])
    if carried and away and into:
        subject = ()  # "the Antonov, which was bringing fighters from Kazakhstan to North Korea"
    suppliers = subject or away or _from_where(n) or origin(n.row, goods, n.at if goods is n.ahead else n.left)
    unsaid = n.word.weak and not recipients and not group and not goes_abroad(n.row, n.left, n.right)
    if not recipients and not group and suppliers and _is_to_unnamed(n):
        return replace(n.mention(suppliers, (), goods, subject), general=True)  # "to sell tanks to two states"
    if unsaid and (not suppliers or (n.word.rule == "send" and are_craft(n.row, goods) and not _is_aid(n))):
        return None
    deployed = any(token.low in DEPLOYED or token.low == "home" for token in n.row[n.at : n.right])
    if n.word.rule == "send" and deployed and (not goods or are_craft(n.row, goods)):
        return None
    return n.mention(suppliers, recipients, goods, subject, group)


def _is_aid(n: Nucleus) -> bool:
    """Whether what is sent is said to be help: "to send rockets in latest aid package"."""
    return any(token.low.startswith(_AID) for token in n.row[n.left : n.right])


def _to_its_own(n: Nucleus, goods: list[int]) -> Mention | None:
    """ "The president hands the army Freedonian drones": they came from abroad before."""
    _, subject = n.subject()
    away = origin(n.row, goods, n.at) if goods is n.ahead or goods == n.ahead else ()
    behind = [token.low for token in n.row[n.at + 1 : min(n.at + 4, n.right)] if token.low not in _THEIRS]
    if not (behind and behind[0] in _OWN_FORCES and away and subject) or set(away) & set(subject):
        return None
    return n.mention(away, subject, goods)


def _leased(n: Nucleus, goods: list[int], direct: tuple[str, ...]) -> Mention | None:
    """ "Sylvania leases Freedonian drones": who leases another's has got them."""
    _, subject = n.subject()
    away = origin(n.row, goods, n.at) if goods and goods == n.ahead and n.row[n.at].low.startswith("leas") else ()
    theirs = subject and away and not set(away) & set(subject) and (not direct or direct == away)
    return replace(n.mention(away, subject, goods, subject), phase="agreed") if theirs else None


def _is_to_unnamed(n: Nucleus) -> bool:
    """Whether the goods go to states that are not named: "to two countries"."""
    to = next((j for j in range(n.at + 1, min(n.at + 14, n.right)) if n.row[j].low == "to"), None)
    return to is not None and any(token.low in {"states", "countries", "nations"} for token in n.row[to + 2 : to + 4])


def _is_dropped_to(n: Nucleus) -> bool:
    """Whether arms are dropped to somebody: "drops rifles to the rebels", not "drops jets for cheaper ones"."""
    if not n.ahead or n.ahead[0] - n.at > 3 or not set(categories(n.row, n.ahead)) <= _DROPPED:
        return False
    return any(token.low in {"to", "into"} for token in n.row[n.ahead[-1] + 1 : n.ahead[-1] + 4])


def _from_where(n: Nucleus) -> tuple[str, ...]:
    """Where the ships and planes are from that bring the goods: "planes from Freedonia bring rifles"."""
    vessel = next((j for j in range(n.left, n.at) if n.row[j].low in VESSELS and n.row[j + 1].low == "from"), None)
    return role(n.row, vessel, n.at, words("from")) if vessel is not None else ()


def _backed(n: Nucleus, goods: list[int]) -> tuple[str, ...]:
    """Whom the goods are to help: "sent rifles to back Sylvania"."""
    to = goods[-1] + 1 if goods else n.right
    helps = to + 2 < n.right and n.row[to].low == "to" and n.row[to + 1].low in _BACKING
    return object_of(n.row, to + 1, n.right)[1] if helps else ()


def _orderer(n: Nucleus) -> tuple[str, ...]:
    """Who has chosen whoever builds the goods: "Sylvania picks Freedonia's Acme to build submarines"."""
    at, codes = n.subject()
    chosen = n.at and n.row[n.at - 1].low == "to" and codes
    verbs = (
        j for j in range(at - 1, max(n.left, at - 5), -1) if (w := n.row[j].tags.get("verb")) and w.rule == "order"
    )
    verb = next(verbs, None) if chosen else None
    return tuple(code for code in subject_of(n.row, verb, n.left)[1] if code not in codes) if verb is not None else ()


def _fired_by(n: Nucleus, goods: list[int]) -> tuple[str, ...]:
    """Who used what was given: "supplied the missile fired by the Houthis"."""
    after = goods[-1] + 1 if goods else n.right
    if after + 1 < n.right and n.row[after].low in _USED and n.row[after + 1].low == "by":
        return role(n.row, after, n.right, words("by"))
    return ()


def _is_instrument(row: list[Token], i: int, goods: int) -> bool:
    """ "hands the visitors a defeat with a rocket": behind "with" stand goods only where the receiver is before it."""
    j = next((j for j in range(i + 2, goods) if row[j].low == "with"), None)
    before = row[j - 1] if j and row[j - 1].low not in LOADED else None
    receivers = {"actor", "group", "office", "country"}
    return before is not None and before.text.islower() and not receivers & before.tags.keys()


def _is_relative(n: Nucleus) -> bool:
    """Whether a subject stands between the goods and the verb: "the drones that Iran sent", "launchers it gave"."""
    at, codes = n.subject()
    pronoun = any(token.low in {"it", "they", "we", "he", "she"} for token in n.row[n.behind[-1] + 1 : n.at])
    return pronoun or (bool(codes) and at > n.behind[-1])


def _is_adjective(row: list[Token], i: int) -> bool:
    word = actor(row[i])
    return bool(word and (word.form in {"adjective", "origin", "firm"} or row[i].possessive))


def nothing_given(row: list[Token], i: int, arms: list[int]) -> Mention | None:
    """What the weapon at `i` tells of in "gives Sylvania helmets but no arms", if it stands so."""
    if i < 4 or row[i - 1].low not in {"no", "not"} or row[i - 2].low not in {"but", ","}:
        return None
    verbs = (j for j in range(i - 3, max(0, i - 16), -1) if (word := row[j].tags.get("verb")) and word.frame == "give")
    at = next(verbs, None)
    if at is None:
        return None
    left, _ = clause(row, at)
    _, subject = subject_of(row, at, left)
    recipients = object_of(row, at, i - 2)[1] or role(row, at, i - 2, TO)
    if not subject or not recipients or set(subject) & set(recipients):
        return None
    goods = [j for j in arms if i <= j and listed(row, i, j)]
    if any(token.low in BE for token in row[goods[-1] + 1 : goods[-1] + 2]):
        return None  # "…, but no tanks are in sight"
    phase, _ = phase_of(row, at, left, i - 2, row[at].tags["verb"], [])
    phase = "proposed" if phase == "agreed" else phase
    return Mention(
        _NOTHING_GIVEN, i, i, goods[-1] + 1, subject, recipients, categories(row, goods), phase, True, subject
    )
