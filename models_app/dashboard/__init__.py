"""What models add to a project's page."""
