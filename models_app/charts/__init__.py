"""Figures of stored results: a data function and a figure function each, no Django."""
