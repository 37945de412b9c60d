from datetime import date
from decimal import Decimal

import pytest

from dulae.reports import thai


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "ศูนย์บาทถ้วน"),
        ("1", "หนึ่งบาทถ้วน"),
        ("10", "สิบบาทถ้วน"),
        ("11", "สิบเอ็ดบาทถ้วน"),
        ("20", "ยี่สิบบาทถ้วน"),
        ("21", "ยี่สิบเอ็ดบาทถ้วน"),
        ("101", "หนึ่งร้อยเอ็ดบาทถ้วน"),
        ("250", "สองร้อยห้าสิบบาทถ้วน"),
        ("1000", "หนึ่งพันบาทถ้วน"),
        ("12345.67", "หนึ่งหมื่นสองพันสามร้อยสี่สิบห้าบาทหกสิบเจ็ดสตางค์"),
        ("210850", "สองแสนหนึ่งหมื่นแปดร้อยห้าสิบบาทถ้วน"),
        ("1000000", "หนึ่งล้านบาทถ้วน"),
        ("1000001", "หนึ่งล้านเอ็ดบาทถ้วน"),
        ("21000021", "ยี่สิบเอ็ดล้านยี่สิบเอ็ดบาทถ้วน"),
        ("1000000000000", "หนึ่งล้านล้านบาทถ้วน"),
        ("0.25", "ยี่สิบห้าสตางค์"),
        ("0.01", "หนึ่งสตางค์"),
        ("1.995", "สองบาทถ้วน"),
    ],
)
def test_amounts_are_written_as_on_a_thai_cheque(amount: str, words: str) -> None:
    assert thai.baht_words(Decimal(amount)) == words


def test_a_negative_amount_has_no_words() -> None:
    with pytest.raises(ValueError, match="zero upwards"):
        thai.number_words(-1)


def test_dates_are_of_the_buddhist_era() -> None:
    day = date(2026, 10, 1)
    assert thai.short_date(day) == "1 ต.ค. 2569"
    assert thai.long_date(day) == "1 ตุลาคม 2569"
    assert thai.month_name(day) == "ตุลาคม 2569"


def test_thai_digits_replace_arabic_ones_alone() -> None:
    assert thai.thai_digits("1,234.5 บาท A9") == "๑,๒๓๔.๕ บาท A๙"
