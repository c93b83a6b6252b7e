"""Plans of simulated teachers, and the solvers they are compared with."""
