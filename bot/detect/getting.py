"""Transfers whose nucleus is a verb of getting: "bought tanks from Freedonia", "takes the last of 12 jets"."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.goods import names_goods
from bot.detect.mention import Mention
from bot.detect.nucleus import Nucleus
from bot.detect.origins import made_in, maker, origin
from bot.detect.parties import actor, describes_arms, for_group, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.text import words

_SIDES = frozenset({"neither side", "neither party", "either side", "either party", "both sides"})
_TURNS = words("first last final next remaining")
_CORRUPT = ("bribe", "kickback", "sweetener")
_THEY = words("it they he she we")


def getting(n: Nucleus) -> Mention | None:
    """ "Sylvania received Freedonian drones", "was bought by Sylvania": who gets what from whom."""
    away = n.role(words("from"))
    if any(token.low.startswith(_CORRUPT) for token in n.row[n.left : n.right]):
        return None  # "no bribes were paid for the order"
    if n.word.rule in {"order", "weigh"} and (chosen := _chosen(n)):
        return chosen
    if n.passive and n.word.rule == "take":
        return None  # "arms taken by commandos" were seized
    if n.passive:
        bought = n.word.rule in {"buy", "order"} and not any(token.low == "from" for token in n.row[n.at : n.right])
        recipients = n.role(words("by for") if bought else words("by in"))
        there = n.role(words("in")) if bought else ()  # "bought in Sylvania" tells from whom
        away = away or there or origin(n.row, n.behind, n.left)
        return n.mention(away, recipients, n.behind, recipients) if n.behind else None
    _, recipients = n.subject()
    neither = not recipients and any(token.low in _SIDES for token in n.row[n.left : n.at])
    at, _ = n.subject()
    relative = n.behind and not n.ahead and at > n.behind[-1] and n.row[at - 1].low in {"that", "which"}
    if n.behind and away and ((n.behind[-1] == n.at - 2 and n.row[n.at - 1].low in _THEY) or relative):
        return n.mention(away, recipients, n.behind, recipients)  # "the missiles it received from Freedonia"
    if not names_goods(n.row, n.at + 1, min(n.at + 3, n.right)):
        between = n.row[n.at : n.ahead[0]] if n.ahead else []
        if not n.ahead or (n.word.weak and (len(between) > 9 or any(token.low == "to" for token in between))):
            return None
        if n.word.rule == "weigh" and (len(between) > 5 or any("verb" in token.tags for token in between[1:3])):
            return None
    into = role(n.row, n.ahead[-1], min(n.right, n.ahead[-1] + 4), words("for to")) if n.ahead else ()
    gets_there = n.word.rule == "weigh" or n.row[n.at].low in {"get", "gets", "got", "getting"}
    if gets_there and into and recipients and not set(into) & set(recipients):
        return n.mention(
            recipients, into, n.ahead, recipients
        )  # "mulls missiles for Yemen's rebels", "get jets to Kyiv"
    shops = n.row[n.at].low.startswith("shop")
    there = _shop(n) if n.word.rule == "buy" or shops else ()
    there = there if not set(there) & set(recipients) else ()  # "buy their rifles in Freedonia"
    made = made_in(n.row, n.ahead[-1], n.right) if n.ahead else ()
    suppliers = away or origin(n.row, n.ahead, n.at) or made or maker(n.row, n.at, n.right) or there
    whose = for_group(n.row, n.ahead[-1], n.right) if n.ahead else ()
    if suppliers and whose and not set(whose) & set(suppliers):
        return n.mention(suppliers, whose, n.ahead, recipients)  # "obtain missiles from Freedonia for the rebels"
    at, direct = object_of(n.row, n.at, n.right)
    if not suppliers and direct and (describes_arms(n.row, at) or n.ahead[:1] == [at + 1]):  # "buying US missiles"
        suppliers = direct
    both = n.row[at + 2].low == "and" if at + 2 < n.right else False  # "gets Freedonian instructors and tanks"
    if not suppliers and direct and both and n.ahead and n.ahead[0] <= at + 4:
        suppliers = direct
    bound_for = n.role(words("to")) if n.word.rule == "take" and away else ()
    if bound_for and "ing" in n.word.forms:
        return n.mention(away, bound_for, n.ahead)  # "a dhow taking rifles from Freedonia to Sylvania"
    if n.word.rule == "take" and not recipients and away:
        return None  # "officers took rifles from the gang"
    if n.word.rule == "take" and n.ahead and not away and (there := role(n.row, n.ahead[-1], n.right, words("to"))):
        carrying = replace(n, word=TransferWord(n.word.rule, "give", "delivered", n.word.forms))
        return carrying.mention(origin(n.row, n.ahead, n.at), there, n.ahead)  # "was taking arms to Tripoli"
    fresh = bool(n.ahead) and any(token.low in _TURNS for token in n.row[n.at + 1 : n.ahead[0]])  # "takes last of 12 …"
    from_them = away and n.ahead and not any(token.low == "from" for token in n.row[n.at : n.ahead[0]])
    if n.word.rule == "take" and not (fresh or from_them):
        return None
    if n.row[n.at].low.startswith(("pay", "paid")):
        suppliers = object_of(n.row, n.at, n.right)[1]  # "paid Pyongyang for rockets"
    return n.mention(suppliers, recipients, n.ahead, recipients, neither)


def _chosen(n: Nucleus) -> Mention | None:
    """ "A Freedonian firm picked for Sylvanian submarines", "… tapped for two ships by Sylvania"."""
    if "participle" not in n.word.forms or not n.ahead or n.row[n.at].low.endswith("ing"):
        return None
    if n.at + 1 >= n.right or n.row[n.at + 1].low != "for" or n.ahead[0] - n.at > 6:
        return None
    _, suppliers = n.subject()
    recipients = role(n.row, n.ahead[-1], n.right, words("by")) or origin(n.row, n.ahead, n.at + 1, told=True)
    close = n.passive or any(actor(token) for token in n.row[n.at + 2 : n.at + 4]) or n.row[n.at + 2].text.islower()
    if not suppliers or not recipients or not close or set(suppliers) & set(recipients):
        return None
    return n.mention(suppliers, recipients, n.ahead)


def _shop(n: Nucleus) -> tuple[str, ...]:
    """Where the goods are bought, right behind them: "in Freedonia"."""
    at = n.ahead[-1] + 1 if n.ahead else n.right
    return role(n.row, n.ahead[-1], min(at + 2, n.right), words("in")) if at < n.right else ()
