"""The query language: its reading, its meaning, and the store's answers to it."""
