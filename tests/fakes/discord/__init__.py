"""The parts of the small Discord of `tests.fakes.discord_server`.

::

    wire ◀── world (guild, people, channels, messages) ◀── limits ◀── gateway ◀── interactions ◀── rest ◀── control
"""
