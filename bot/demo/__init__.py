"""`claimwatch demo`: the recorded stories (stories.jsonl, real and dated, reworded), the server that serves them as
three feeds on loopback, and the run that polls them through the same pipeline as `claimwatch run`.
"""
