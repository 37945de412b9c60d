"""A small real site with Django: its users, its administration, its sessions, tokens of Django REST framework."""
