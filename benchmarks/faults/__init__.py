"""What can befall a service: killed processes, cuts of power."""
