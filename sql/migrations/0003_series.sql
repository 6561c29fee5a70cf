-- Series that skip, move, rest and ask, and what became of each of their weeks.
SELECT; -- nothing yet
