"""What may go wrong while a week is booked, a cell at a time."""
