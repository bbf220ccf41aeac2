"""The migrations, each a step from one state of the tables to the next; they are never changed, only added to."""
