"""Why a file as a whole is refused: what it is, and what to do."""

from __future__ import annotations

from dulae.checks.finding import reason
from dulae.errors import ListError
from dulae.refusals import Refusal, RefusedError, refusal

# What ledgers of earlier versions hold for every refused file.
EARLIER = reason("list.unreadable", "the list cannot be read: {error}")
_GIVE_PATH = "Give the path of the list that the personnel division sent"
_SAVE_AS = "Open it in the program that made it and save it as .xlsx or as CSV UTF-8"
_ASK_AGAIN = "Ask for the file again"
_NO_PASSWORD = "Ask for it without a password"
_AS_VALUES = "Copy the list, paste it as values and save it again"


class RefusedList(RefusedError, ListError):
    """A file is no list that can be read."""


def _refusal(code: str, what: str, remedy: str) -> Refusal:
    return refusal(f"list_file.{code}", what, remedy, lead="the list cannot be read: ")


def _kind(code: str, kind: str, remedy: str = _SAVE_AS) -> Refusal:
    return _refusal(code, f"the file is {kind}, whatever its name says", remedy)


def _output(code: str, what: str, remedy: str) -> Refusal:
    return refusal(f"list_file.{code}", what, remedy)


# The file itself.
NO_FILE = _refusal("no_file", "there is no such file", _GIVE_PATH)
FOLDER = _refusal("folder", "this is a folder and no file", _GIVE_PATH)
NO_LIST = _refusal(
    "no_list", "no list lies in this folder", "Put the list there (CSV or XLSX), or name the file itself"
)
DEVICE = _refusal("device", "this is a pipe or a device and no file", _GIVE_PATH)
NO_ACCESS = _refusal("no_access", "the file cannot be read ({problem})", "Look at its owner and its rights")
GROWING = _refusal(
    "growing", "the file is still being written", "Wait until it has been copied and try again"
)
TOO_LARGE = _refusal(
    "too_large",
    "the file has {mib} MiB; a list has at most {most} MiB",
    "Ask the personnel division for the list alone, without pictures and other sheets",
)
EMPTY = _refusal("empty", "the file is empty", "Ask the personnel division for the list again")

# Another kind of file.
PDF = _kind("pdf", "a PDF document")
RTF = _kind("rtf", "an RTF document")
PICTURE = _kind("picture", "a picture")
ARCHIVE = _kind("archive", "an archive (gzip, RAR or 7-Zip)", "Unpack it and take the list out of it")
OLD_XLS = _kind("old_xls", "an old .xls workbook")
OLD_WORD = _kind("old_word", "an old Word document")
WORD = _kind("word", "a Word document")
XLSB = _kind("xlsb", "a binary workbook (.xlsb)")
OPEN_DOCUMENT = _kind("open_document", "an OpenDocument (.ods)")
WEB_ARCHIVE = _kind("web_archive", "a web page saved as one file")
WEB_PAGE = _kind("web_page", "a web page saved as a list")
NO_WORKBOOK = _kind("no_workbook", "a zip archive but no Excel workbook")
PASSWORD = _kind("password", "protected by a password", _NO_PASSWORD)
OLD_OR_PASSWORD = _kind("old_or_password", "an old .xls workbook or is protected by a password")
ENCRYPTED = _refusal("encrypted", "the workbook is encrypted", _NO_PASSWORD)

# Where the rows that go back are to be written.
OUTPUT_EXISTS = _output(
    "output_exists",
    "it is there already, and nothing is written over it",
    "Name another file after --errors, or move this one away",
)
OUTPUT_FOLDER = _output("output_folder", "there is no such folder", "Make it, or name another after --errors")

# A workbook that is damaged or not safe to open.
HALF = _refusal("half", "the workbook is damaged or only half of it arrived", _ASK_AGAIN)
DAMAGED = _refusal("damaged", "the workbook is damaged", _ASK_AGAIN)
UNREADABLE = _refusal("unreadable", "the workbook cannot be read", f"It may be damaged. {_SAVE_AS}")
UNUSUAL = _refusal("unusual", "the workbook is packed in an unusual way", _SAVE_AS)
UNPACKS = _refusal("unpacks", "the workbook unpacks to far more than a list has", _SAVE_AS)
ENTITIES = _refusal("entities", "the workbook declares entities, which no spreadsheet needs", _SAVE_AS)
SHEETS = _refusal(
    "sheets",
    "the workbook has {sheets} sheets and {parts} parts; a list has at most {most} sheets",
    "Ask for a workbook with the list alone",
)
SPANS = _refusal(
    "spans",
    "the sheet spans more than {rows} rows, {columns} columns or {cells} cells",
    "Delete the empty rows and columns around the list and save it again",
)
MERGES = _refusal("merges", "the sheet merges far more cells than a list has", _SAVE_AS)

# What stands in it.
FORMULA = _refusal("formula", "a cell of the list holds a formula", _AS_VALUES)
FORMULA_SOMEWHERE = _refusal(
    "formula_somewhere", "a cell that does not say where it stands holds a formula", _AS_VALUES
)
NO_HEADER = _refusal(
    "no_header",
    "no header with a column of names was found in the first rows",
    "The list needs a row with words such as ลำดับ, ชื่อ-สกุล, เลขประจำตัวประชาชน, มีผลตั้งแต่",
)
NOT_TEXT = _refusal("not_text", "the file is not text", _SAVE_AS)
ENCODING = _refusal("encoding", "the text as a whole is not {encodings}", "Save it again as CSV UTF-8")
LETTERS = _refusal(
    "letters",
    "Thai letters in the file were damaged by an earlier conversion",
    "Ask for the original file; the letters cannot be recovered from this one",
)
ROWS = _refusal(
    "rows", "the file has more than {rows} rows or {columns} columns", "Ask for the list of this week alone"
)
CELL = _refusal("cell", "a cell holds more than {most} letters, or its quotation mark never ends", _SAVE_AS)
SIDE_BY_SIDE = _refusal(
    "side_by_side",
    "the sheet holds two lists side by side, and only one list can be read from a row",
    "Put the lists below each other, or each on a sheet of its own",
)
QUOTES = _refusal(
    "quotes",
    "the quotation marks or cells do not add up ({problem})",
    "Save it again as CSV UTF-8 from the spreadsheet",
)
