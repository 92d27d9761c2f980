"""What the Evaluation page shows of stored results: a card each, and its table as CSV."""
