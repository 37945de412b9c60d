"""Measurements, each beside a peer in the same run. They print; they never pass or fail by a time."""
