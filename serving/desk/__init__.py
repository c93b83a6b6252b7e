"""The desk: what an administrator sees of the teachers of a school, a county, a province."""
