"""All models of a project, ranked target by target."""
