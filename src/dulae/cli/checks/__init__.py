"""The checks as local doors: one file for each room, holding a click command of the same name."""
