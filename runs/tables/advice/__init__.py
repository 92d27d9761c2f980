"""What a person should know of a table before a search, with evidence and remedy."""
