"""Reports of users and failed checks: taken, passed to the contractor, timed and closed (procedure step 2, 6.2)."""
