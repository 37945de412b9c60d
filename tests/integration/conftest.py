"""Integration tests run against the lab: real SSH, PostgreSQL, applications and mail."""

from tests.integration.mariadb import mariadb
from tests.integration.postgres import postgres
from tests.lab.fixture import lab, lab_to_break, pytest_collection_modifyitems

__all__ = ["lab", "lab_to_break", "mariadb", "postgres", "pytest_collection_modifyitems"]
