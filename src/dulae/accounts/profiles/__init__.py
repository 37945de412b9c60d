"""The shape of an application's users, as data: one YAML file for each kind, and what may stand in it."""
