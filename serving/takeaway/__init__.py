"""What a teacher takes away from the page: paper, a calendar, tables."""
