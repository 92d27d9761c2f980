"""The page of a table: what is in it, how it was read, what is advised; its versions."""
