"""`python -m bot`: the same as the `claimwatch` command."""

from bot.cli import main

main()
