"""A worker's jobs on tables: read and describe them, look at a target, try settings."""
