"""Leavers of earlier lists: whose access has not ended yet, and whose has begun again."""
