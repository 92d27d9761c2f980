"""Metrics and curves from predictions: arrays in, plain numbers out, no Django."""
