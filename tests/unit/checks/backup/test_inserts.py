"""Rows of INSERT statements, however their text is cut into pieces."""

import io

import pytest

from dulae.checks.backup.kinds import mysql_sql, plain_sql
from dulae.checks.backup.kinds.inserts import Rows
from dulae.checks.backup.kinds.table_key import key

VALUES = b" (1,'a''),(\\'b'),\n(2,'back\\\\'),(3,_binary 'x\\0;(\"'),(f(4),\"q'),(\\\"\");\n(9),(9);"


@pytest.mark.parametrize("size", range(1, 12))
def test_brackets_and_quotes_in_values_deceive_nobody(size: int) -> None:
    rows = Rows(escapes=True)
    for place in range(0, len(VALUES), size):
        rows.feed(VALUES[place : place + size])
    assert (rows.rows, rows.ended) == (4, True)


def test_where_backslashes_are_plain_they_take_nothing_along() -> None:
    rows = Rows(escapes=False)
    rows.feed(b" (1, 'c:\\'), (2, ''';(');")
    assert (rows.rows, rows.ended) == (2, True)


def mysql(text: bytes) -> mysql_sql.MysqlDump:
    return mysql_sql.scan(io.BytesIO(text))


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ('CREATE TABLE "a ""b" (\nINSERT INTO "a ""b" VALUES (1),(2);\n', {' a "b': 2}),
        ("CREATE TABLE ผู้ใช้ (\nINSERT INTO ผู้ใช้ VALUES (1);\n", {" ผู้ใช้": 1}),
        (
            "-- Host: localhost    Database: of today\nINSERT INTO `t` VALUES (1);\n",
            {key("of today", "t"): 1},
        ),
        (
            "-- Host: localhost    Database: \nUSE `of today`;\nINSERT INTO `t` VALUES (1);\n",
            {key("of today", "t"): 1},
        ),
    ],
)
def test_names_are_read_in_every_way_that_dumps_write_them(text: str, tables: dict[str, int]) -> None:
    assert mysql(text.encode()).tables == tables


def test_bodies_of_triggers_hold_no_rows() -> None:
    dump = mysql(b"DELIMITER ;;\nCREATE TRIGGER a BEGIN\nINSERT INTO t VALUES (1);\nEND ;;\nDELIMITER ;\n")
    assert (dump.tables, dump.complete) == ({}, True)


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        (b"-- MariaDB dump 10.19\nINSERT INTO `t` VALUES (1);\n-- Dump completed on 2026-11-22\n", True),
        (b"-- MySQL dump 10.13\nINSERT INTO `t` VALUES (1);\n", False),
        (b"/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES */;\nINSERT INTO `t` VALUES (1);\n", False),
        (b"INSERT INTO `t` VALUES (1),(2", False),
        (b"INSERT INTO `t` VALUES ('x;", False),
        (b"INSERT INTO `t` VALUES (1);\n", True),
    ],
)
def test_a_dump_tells_its_end_in_its_own_way(text: bytes, complete: bool) -> None:
    assert mysql(text).complete is complete


def test_a_huge_row_is_one_row() -> None:
    dump = mysql(b"INSERT INTO `t` (`(`,`b`) VALUES ('" + b"x(\\'" * 100_000 + b"'),(2,3);\n")
    assert dump.tables == {" t": 2}


def test_postgresql_inserts_of_several_lines_are_counted_by_rows() -> None:
    text = (
        b"INSERT INTO public.a (id, \"t)\") VALUES\n\t(1, 'one\nINSERT INTO public.b VALUES (1);\n'),\n\t(2, '');\n"
        b"INSERT INTO public.a DEFAULT VALUES;\n"
        b"CREATE FUNCTION f() AS $_$\nINSERT INTO public.c VALUES (1);\n$_$;\n"
        b'COPY public."line\nbreak" (id) FROM stdin;\n1\n\\.\n'
    )
    assert plain_sql.scan(io.BytesIO(text)).counted == {"public a": 3, "public line\nbreak": 1}
