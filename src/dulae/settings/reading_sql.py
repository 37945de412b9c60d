"""Statements of the settings that may only read: one SELECT, nothing that writes, locks or leaves the database.

The transaction in which they run cannot write either, but not every driver can promise that, and a file written by
``INTO OUTFILE`` lies outside of any transaction.
"""

from __future__ import annotations

import re

# Texts, quoted names and comments, in which no command stands. Databases differ in what a backslash in a text and two
# dashes mean, so a statement must only read in both ways.
_NAMES = r"""\"(?:[^\"]|\"\")*\" | `[^`]*` | \[[^\]\[]*\] | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
_STANDARD = r"""'(?:[^']|\'\')*' |""" + _NAMES + r"| (?P<comment>--[^\n]* | /\*.*?\*/)"
_MYSQL = r"""'(?:[^'\\]|\\.|\'\')*' |""" + _NAMES + r"| (?P<comment>--(?=\s)[^\n]* | \#[^\n]* | /\*.*?\*/)"
_WAYS = tuple(re.compile(way, re.VERBOSE | re.DOTALL) for way in (_STANDARD, _MYSQL))
# MySQL carries out what stands in such a comment.
_NO_COMMENT = re.compile(r"/\*M?!")
_BEGINS = re.compile(r"[\s(]*(select|with)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|upsert|truncate|drop|alter|create|grant|revoke|into|copy|call|exec|execute|do"
    r"|lock|vacuum|set|attach|pragma|begin|commit|rollback|shutdown|load_file|pg_read_file|lo_import|lo_export|dblink)\b",
    re.IGNORECASE,
)
# A name after one colon; two colons are PostgreSQL's cast.
_PARAMETER = re.compile(r"(?<![:\w\\]):([A-Za-z_]\w*)(?!:)")


def only_reads(sql: str) -> bool:
    """Say whether a text is one statement that reads and does nothing else."""
    return not _NO_COMMENT.search(sql) and all(_reads(_bare(sql, way)) for way in _WAYS)


def _reads(bare: str) -> bool:
    bare = bare.strip().removesuffix(";")
    return bool(_BEGINS.match(bare)) and ";" not in bare and not _WRITES.search(bare)


def parameters(sql: str) -> tuple[str, ...]:
    """Return the names after a colon (``:account``), each once, in their order."""
    return tuple(dict.fromkeys(_PARAMETER.findall(_bare(sql, _WAYS[0]))))


def _bare(sql: str, way: re.Pattern[str]) -> str:
    """Return a statement without its texts, quoted names and comments."""
    return way.sub(lambda found: " " if found["comment"] else " '' ", sql)
