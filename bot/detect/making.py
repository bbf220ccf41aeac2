"""Makes the claims of a mention once it is known who says or denies it."""

from __future__ import annotations

from itertools import product

from bot.detect.lexicon import Lexicon
from bot.detect.mention import Mention
from bot.detect.reading import Reading
from bot.detect.text import Unit
from bot.model import Claim, Stance, Weapon


def add(
    reading: Reading,
    unit: Unit,
    stance: Stance,
    claimant: str | None,
    mention: Mention,
    carrier: str | None = None,
    rule: str | None = None,
) -> None:
    """Add to what was read a claim for each pair of the mention's parties; nobody supplies themselves."""
    if mention.recipients == ("UN",):
        return
    suppliers = _states_of(_own_sales(mention.suppliers, claimant, reading.lexicon), claimant, reading.lexicon)
    recipients = _states_of(mention.recipients, claimant, reading.lexicon)
    weapons: tuple[Weapon, ...] = mention.weapons or ("unspecified",)
    rules = (mention.rule, rule) if rule else (mention.rule,)
    for supplier, recipient in product(suppliers or (None,), recipients or (None,)):
        if supplier != recipient:
            reading.claims.append(
                Claim(stance, claimant, supplier, recipient, weapons, mention.phase, unit.text, carrier, rules)
            )


def _own_sales(suppliers: tuple[str, ...], claimant: str | None, lexicon: Lexicon) -> tuple[str, ...]:
    """The suppliers with the firm instead of its state where the firm speaks."""
    firm = lexicon.actors.get(claimant or "")
    return tuple(claimant if claimant and firm and firm.state == code else code for code in suppliers)


def _states_of(codes: tuple[str, ...], claimant: str | None, lexicon: Lexicon) -> tuple[str, ...]:
    """A firm stands for its state, unless it speaks of its own sales."""
    states = {code: known.state for code in codes if (known := lexicon.actors.get(code)) and known.state}
    # The UN neither supplies nor receives: it forbids, finds and reports.
    return tuple(dict.fromkeys(c if c == claimant else states.get(c) or c for c in codes if c != "UN"))
