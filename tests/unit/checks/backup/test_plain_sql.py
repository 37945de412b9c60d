"""Reading plain SQL dumps."""

import io

import pytest

from dulae.checks.backup.kinds import plain_sql

DUMP = b"""--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
CREATE TABLE public.users (
    id bigint
);
CREATE UNLOGGED TABLE office."Odd ""name" (
);
COPY public.users (id, name) FROM stdin;
1\tCREATE TABLE no.table (
2\t-- PostgreSQL database dump complete
\\.
COPY office."Odd ""name" FROM stdin;
\\.
--
-- PostgreSQL database dump complete
--

\\unrestrict abc

"""


def scan(text: bytes) -> plain_sql.PlainDump:
    return plain_sql.scan(io.BytesIO(text))


def test_it_sees_tables_data_and_rows() -> None:
    dump = scan(DUMP)
    assert dump.tables == {"public users", 'office Odd "name'}
    assert dump.with_data == dump.tables
    assert dump.rows == 2
    assert dump.complete


def test_a_mark_inside_of_rows_is_no_end() -> None:
    assert not scan(DUMP.partition(b"\\.")[0]).complete


def test_rows_without_their_end_are_no_end() -> None:
    assert not scan(b"COPY public.users (id) FROM stdin;\n1\n").complete


def test_what_follows_the_mark_takes_it_back() -> None:
    assert not scan(DUMP + b"CREATE TABLE public.more (\n").complete


def test_dumps_one_after_the_other_are_complete() -> None:
    assert scan(DUMP + DUMP).complete


def test_inserts_count_as_data() -> None:
    dump = scan(
        b"CREATE TABLE public.a (\n);\nINSERT INTO public.a VALUES (1);\nINSERT INTO public.a VALUES (2);\n"
    )
    assert (dump.with_data, dump.rows) == ({"public a"}, 2)


VIA_ROOT = b"""
-- Data for Name: part; Type: TABLE DATA; Schema: public; Owner: dulae
--

-- load via partition root public.whole

%s
-- Data for Name: other; Type: TABLE DATA; Schema: public; Owner: dulae
--

COPY public.other (id) FROM stdin;
7
\\.
"""


@pytest.mark.parametrize(
    "rows",
    [
        b"COPY public.whole (id) FROM stdin;\n1\n2\n\\.\n",
        b"INSERT INTO public.whole VALUES (1);\nINSERT INTO public.whole VALUES (2);\n",
    ],
)
def test_rows_that_are_given_to_a_whole_table_count_for_the_partition_that_they_are_of(rows: bytes) -> None:
    assert scan(VIA_ROOT % rows).counted == {"public part": 2, "public other": 1}


def test_a_column_may_have_a_line_break_in_its_name() -> None:
    assert scan(b'COPY public.a (id, "at\nonce") FROM stdin;\n1\t2\n\\.\n').counted == {"public a": 1}


def test_a_huge_line_is_one_line() -> None:
    row = b"1\t" + b"x" * 500_000 + b"\n"
    assert scan(b"COPY public.a (id) FROM stdin;\n" + row + b"\\.\n").rows == 1


@pytest.mark.parametrize("mark", [b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump"])
def test_it_knows_the_header_of_pg_dump_and_pg_dumpall(mark: bytes) -> None:
    assert plain_sql.HEADER.search(b"--\n" + mark + b"\n--\n")
