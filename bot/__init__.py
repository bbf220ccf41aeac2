"""Claimwatch: watches news feeds for claims about arms transfers and their denials, and tells channels.

The parts and the way a story takes through them are drawn in docs/way-of-a-story.md.
"""
