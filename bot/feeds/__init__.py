"""From an address to stories: fetch, parse, poll, on a schedule.

`poller.py` leads the way: `fetch.py` gets bytes from where `guard.py` lets it (`body.py` unpacks them, `headers.py` and
`fetch_errors.py` read what else the server says), `workers.py` has them parsed in a process that can be killed
(`worker.py`, `parse.py`, `jsonfeed.py`, `normal.py`, `text.py`), `stories.py` makes stories of the entries.
`articles.py` adds the text of a story's page (`article.py`). `schedule.py` keeps time.
"""
