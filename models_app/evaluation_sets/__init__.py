"""Common evaluation sets: rows of one table that models of different tables predict.

A set is kept with each model's evaluation, a `Computation`: what is wanted, and, as soon as
a worker has done it, what the model says of these rows.
"""
