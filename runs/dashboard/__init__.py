"""A project's page: its tables, runs and people, and what other apps add to them."""
