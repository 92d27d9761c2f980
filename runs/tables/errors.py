"""What is said when a file cannot become a table."""


class TableError(ValueError):
    """A file that cannot become a table.

    The message is one sentence for the person who brought the file: what is wrong,
    where, and the way out.
    """
