"""Tests of bot.detect: text, words, frames, attribution, whole stories."""
