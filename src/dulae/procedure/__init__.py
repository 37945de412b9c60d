"""The procedure at work: what is due when, what each run must account for, and what starts it."""
