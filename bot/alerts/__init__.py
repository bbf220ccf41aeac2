"""What is owed to whom, and its delivery.

`outbox.py` records a story and in the same transaction owes the alerts that it causes; `deliver.py` brings them to
their destinations, whatever is killed in between.
"""
