"""From one group message to every viewer, once per web process.

A web process joins a group once, renders what its viewers see once per change, and hands
it to them. Each viewer has a slot that holds the latest state only: a slow reader delays
nobody, and memory does not grow.
"""
