"""Values as an address or a hidden field carries them: by whoever wrote the address."""

# Longer numbers name nothing, and are more than a database takes.
MOST_DIGITS = 18


def whole_number(text: str | None) -> int | None:
    """Read a number, a row's key for example; None where it is none."""
    if text and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    return None
