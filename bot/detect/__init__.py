"""Reads stories: text in, claims out. Pure once the rules are loaded.

`lexicon.py` knows the words, `text.py` cuts text into units and typed tokens, `frames.py` finds transfers in a unit,
`attribution.py` finds who speaks and whether they deny, `claims.py` puts it together (docs/rules.md has the whole way).
The rules are in `rules/*.toml`.
"""
