"""Models as files that work without Tuneboard."""
