"""What a person may ask for; each function changes stored state in one transaction."""
