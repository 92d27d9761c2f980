"""One module a file format: from a file to rows of text, or to typed columns."""
