"""Files to typed frames, column kinds and profiles; no Django."""
