"""Answers about single rows, from a process of its own that keeps models in memory."""
