"""The language people ask in, `russia from:iran since:30d`: the same for a question and for a subscription. Pure.

`tokens.py` cuts the text, `when.py` reads dates, `language.py` makes a Query of it, `describe.py` says it in words,
`standing.py` tells whether a claim fits.
"""
