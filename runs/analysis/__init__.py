"""The trials of a run as its analysis page has them: read, selected, described."""
