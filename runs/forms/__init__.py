"""Clean input: the cleaned data of a form are what a service takes."""
