"""Tables in, profiles out: the one place where a feature is computed."""
