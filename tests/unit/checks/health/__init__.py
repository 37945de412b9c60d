"""Probes against real servers that misbehave in the way that each probe is for."""
