"""What is said when a file cannot become a table."""


class TableError(ValueError):
    """A file that cannot become a table, or a wish that cannot be met.

    Parameters
    ----------
    message : str
        One sentence for the person who brought the file: what is wrong, where, and
        the way out.
    field : str, default ""
        The reading option or column it is about, if it is about one.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
