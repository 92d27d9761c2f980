"""What the pages of explanations show, prepared from stored results."""
