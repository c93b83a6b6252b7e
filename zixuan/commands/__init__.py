"""The commands, one module for each group; heavy imports wait until a command runs."""
