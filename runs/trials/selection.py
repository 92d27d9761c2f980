"""Which trials a person has chosen: numbers in the address, `trials=3,5,9`."""

from collections.abc import Iterable, Sequence

from django.http import QueryDict

MOST = 10
# An address with more numbers was not made by choosing rows.
LIMIT = 1_000


def chosen(query: QueryDict) -> list[int]:
    """Return the trial numbers of an address in their order, each once.

    A form without JavaScript sends each number as a value of its own; what is no number
    is left out.
    """
    return [int(text) for text in words(query) if is_number(text)]


def unreadable(query: QueryDict) -> list[str]:
    """Return what the address has in place of trial numbers."""
    return [text for text in words(query) if not is_number(text)]


def words(query: QueryDict) -> list[str]:
    parts = (
        part.strip() for text in query.getlist("trials") for part in text.split(",")
    )
    return list(dict.fromkeys(part for part in parts if part))[:LIMIT]


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def joined(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def listed(numbers: Sequence[int]) -> str:
    """Return numbers as a sentence has them: `3, 5 and 9`."""
    texts = [f"{number:,}" for number in numbers]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def chosen_sentence(numbers: Sequence[int]) -> str:
    """Say which trials are chosen, and what is missing for a comparison."""
    if not numbers:
        return f"Tick 2 to {MOST} trials to compare them."
    if len(numbers) == 1:
        return f"Trial {numbers[0]} is chosen: tick at least one more to compare."
    if len(numbers) > MOST:
        return (
            f"{len(numbers)} trials are chosen, and {MOST} are the most to compare at "
            "once."
        )
    return f"Trials {listed(numbers)} are chosen."
