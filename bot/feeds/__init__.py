"""From an address to stories: fetch, parse, poll, on a schedule.

`poller.py` leads the way: `fetch.py` gets bytes from where `guard.py` lets it (`body.py` unpacks them, `headers.py` and
`fetch_errors.py` read what else the server says), `workers.py` has them parsed in a process that can be killed
(`worker.py`, `protocol.py`), `stories.py` makes stories of the entries and `recording.py` records them. In that process
`parse.py` leads: `encoding.py` and `xmlguard.py` make the bytes safe to read, `shortening.py` takes out what is known,
`cutting.py` finds the entries in the rest, feedparser or `jsonfeed.py` reads those that `memory.py` does not know
(`memories.py` has that at hand), `normal.py` and `text.py` make them plain, `entries.py` gives them keys, and
`hints.py` says when the feed wants to be asked. What a poll changes of its feed is in `outcome.py`, what is kept and
told of that in `settling.py`, when the next is in `pace.py`, whose turn it is in `hosts.py`. `manage.py` adds and stops
feeds by command, with `discover.py`, `opml.py` and `examine.py`. `articles.py` adds the text of a story's page
(`article.py`). `schedule.py` keeps time.
"""
