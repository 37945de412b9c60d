"""What a user's grants say of what a dump would hold."""

import pytest

from dulae.checks.backup_create import mariadb_dump


@pytest.mark.parametrize(
    ("grants", "triggers", "routines"),
    [
        ("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`", True, True),
        ("GRANT SELECT ON *.* TO `clerk`@`localhost`", False, True),
        ("GRANT SELECT, TRIGGER ON `office`.* TO `clerk`@`localhost`", True, False),
        ("GRANT USAGE ON *.* TO `a`@`b`\nGRANT SELECT ON `mysql`.`proc` TO `a`@`b`", False, True),
        ("GRANT SHOW_ROUTINE ON *.* TO `clerk`@`localhost`", False, True),
        ("GRANT EXECUTE ON FUNCTION `office`.`one` TO `clerk`@`localhost`", False, False),
        ("GRANT EXECUTE ON `office`.* TO `clerk`@`localhost`", False, True),
        ("GRANT `backing` TO `clerk`@`localhost`", True, True),
        ("GRANT SELECT ON `trigger_routine`.* TO `execute`@`localhost`", False, False),
    ],
)
def test_grants_tell_what_a_user_may_see(grants: str, triggers: bool, routines: bool) -> None:
    assert mariadb_dump._shows_triggers(grants) is triggers
    assert mariadb_dump._shows_routines(grants) is routines
