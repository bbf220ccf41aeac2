"""Stand-ins at the wire for what is not ours: the Discord that the platform tests talk to."""
