"""What the live pages show, at a cost that hardly grows with the number of trials."""
