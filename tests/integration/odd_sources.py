"""Good sources that no two are alike: databases and folders drawn by lot, as odd as real ones are."""

import os
import pathlib
import random
from collections.abc import Callable

_NAMES = ("หนังสือรับ", "letters", "Mixed Case", "select", "a-b.c", "100%", "it's", "x" * 60, "เลขที่/ปี", "tab;le")
_WORDS = (
    "'หนังสือ ' || g",
    "E'back\\\\slash\\n' || g",
    "'' || g % 2",
    "NULL",
    "md5(g::text)",
    "'\"quoted\", {' || g || '}'",
)
# A column's type, and how its value follows from the row's number ``g``.
_POSTGRES = {
    "text": _WORDS,
    "numeric(20,4)": ("g / 7.0", "-g", "NULL"),
    "timestamptz": ("TIMESTAMPTZ '2569-01-01' - g * INTERVAL '1 hour'", "'infinity'"),
    "bytea": ("decode(md5(g::text), 'hex')", "'\\x00'"),
    "jsonb": ("jsonb_build_object('เลข', g)", "'[]'"),
    "text[]": ("ARRAY['ก', NULL, g::text]", "'{}'"),
    "boolean": ("g % 3 = 0",),
    "double precision": ("'NaN'", "g / 3.0"),
}
_MARIADB = {
    "TEXT": ("CONCAT('หนังสือ ', seq)", "CONCAT('it''s (\\\\n', seq, '),(')", "''", "NULL", "SHA2(seq, 256)"),
    "BLOB": ("UNHEX(SHA2(seq, 512))", "x'00'"),
    "DECIMAL(20,4)": ("seq / 7", "-seq", "NULL"),
    "DATETIME(3)": ("TIMESTAMPADD(HOUR, -seq, '2026-01-01')",),
    "BIT(9)": ("seq % 512",),
    "DOUBLE": ("seq / 3",),
}
_OWNED = (
    'CREATE ROLE "ฝ่าย สารบรรณ"',
    'CREATE SCHEMA "my schema"',
    'CREATE TABLE "my schema"."two words" (id int)',
    'INSERT INTO "my schema"."two words" VALUES (1)',
    'ALTER TABLE "my schema"."two words" OWNER TO "ฝ่าย สารบรรณ"',
)
_ENGINES = ("InnoDB", "MyISAM", "Aria")


def _tables(
    lot: random.Random, columns: dict[str, tuple[str, ...]], quoted: Callable[[str], str]
) -> list[tuple[str, str, str, int]]:
    """Draw tables: the quoted name, its columns, the values of a row, and how many rows there are."""
    drawn = []
    for name in lot.sample(_NAMES, lot.randint(1, 6)):
        types = lot.choices(list(columns), k=lot.randint(1, 7))
        listed = ", ".join(f"{quoted(f'{_NAMES[n]} {n}'[-40:])} {kind}" for n, kind in enumerate(types))
        values = ", ".join(lot.choice(columns[kind]) for kind in types)
        drawn.append((quoted(name), listed, values, lot.choice((0, 1, 2, 500, 3000))))
    # A database without any row is a fault, not a source.
    drawn.append((quoted("never empty"), f"{quoted('a')} int", "1", 1))
    return drawn


def postgres(lot: random.Random) -> list[str]:
    """Return the statements that make a database of PostgreSQL."""
    made = []
    for name, columns, values, rows in _tables(
        lot, _POSTGRES, lambda name: '"' + name.replace('"', '""') + '"'
    ):
        made.append(f"CREATE TABLE {name} ({columns})")
        made.append(f"INSERT INTO {name} SELECT {values} FROM generate_series(1, {rows}) g")
    extras = (
        ("CREATE VIEW seen AS SELECT count(*) FROM pg_class",),
        ("CREATE MATERIALIZED VIEW summed AS SELECT 1 AS one",),
        (
            "CREATE TABLE parts (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (10)",
            "INSERT INTO parts SELECT g FROM generate_series(0, 9) g",
        ),
        ("CREATE SEQUENCE numbers", "SELECT nextval('numbers')"),
        ("SELECT lo_from_bytea(0, 'ก'::bytea)",),
        (
            "CREATE TABLE made_up (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
            "INSERT INTO made_up VALUES (1)",
        ),
        ("CREATE UNLOGGED TABLE unlogged (id int)",),
        (
            "CREATE DOMAIN number_th AS text CHECK (VALUE <> '')",
            "CREATE TABLE of_domain (n number_th)",
            "INSERT INTO of_domain VALUES ('๑๒๓')",
        ),
    )
    return [*made, *_OWNED, *(line for extra in lot.sample(extras, 4) for line in extra)]


def mariadb(lot: random.Random) -> list[str]:
    """Return the statements that make a database of MariaDB."""
    made = []
    for name, columns, values, rows in _tables(
        lot, _MARIADB, lambda name: "`" + name.replace("`", "``") + "`"
    ):
        made.append(f"CREATE TABLE {name} ({columns}) ENGINE={lot.choice(_ENGINES)}")
        made += [f"INSERT INTO {name} SELECT {values} FROM seq_1_to_{rows}"] if rows else []
    extras = (
        ("CREATE VIEW seen AS SELECT 1 AS one",),
        ("CREATE SEQUENCE numbers",),
        (
            "CREATE TABLE versioned (id INT) WITH SYSTEM VERSIONING",
            "INSERT INTO versioned VALUES (1), (2)",
            "DELETE FROM versioned WHERE id = 1",
        ),
        (
            "CREATE TABLE parts (id INT) PARTITION BY HASH (id) PARTITIONS 3",
            "INSERT INTO parts SELECT seq FROM seq_1_to_9",
        ),
        ("CREATE TABLE made_up (a INT, b INT AS (a * 2) PERSISTENT)", "INSERT INTO made_up (a) VALUES (1)"),
        ("CREATE FUNCTION one() RETURNS INT RETURN 1",),
    )
    return [*made, *(line for extra in lot.sample(extras, 3) for line in extra)]


def folder(lot: random.Random, place: pathlib.Path) -> pathlib.Path:
    """Fill a folder with files of all lengths and names, some in folders of their own; return it."""
    place.mkdir(parents=True)
    for number in range(lot.randint(1, 30)):
        inside = place / lot.choice((".", "ปี ๒๕๖๙", "a/b/c", ".hidden", "with space"))
        inside.mkdir(parents=True, exist_ok=True)
        name = lot.choice(("ที่ มท {}.pdf", "{}", "-{}.txt", "{}'\"$.doc", "{}" + "ก" * 60))
        (inside / name.format(number)).write_bytes(os.urandom(lot.choice((1, 511, 512, 4096, 70_000))))
    (place / "empty file").touch()
    (place / "empty folder").mkdir()
    if lot.random() < 0.5:
        (place / "link").symlink_to("empty file")
    return place
