"""The numbers of a part of the comparison as one table, for its CSV."""

from models_app.cards.card import NumberTable
from models_app.comparing import page
from models_app.comparing.numbers import Numbers
from models_app.comparing.verdicts import verdicts

METRICS = "metrics"


def table_of(found: Numbers, name: str) -> NumberTable | None:
    """Return the table of a part of the page; None if there is no such part."""
    if name == METRICS:
        return page.metric_table(found)
    made = {card.name: card for card in page.cards(found, verdicts(found))}
    if name not in made or not made[name].tables:
        return None
    return made[name].tables[-1]  # the last has the most: a curve's points
