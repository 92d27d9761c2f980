"""Models side by side: what is asked for, on which rows, the numbers, and the page."""
