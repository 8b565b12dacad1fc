import pytest

from camu_core.data import parse_indices
from camu_core.errors import SpecError


@pytest.mark.parametrize(
    "content",
    [b"0,17,203", b"0\n17\n203\n", b"index\r\n0\r\n17\r\n203\r\n", b"\xef\xbb\xbf0; 17; 203", b"  0 17\t203 "],
)
def test_numbers_are_read_however_they_are_parted(content):
    assert parse_indices(content, "list.csv") == (0, 17, 203)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "none"),
        (b"index\n", "none"),
        (b"0,one,2", "'one'"),
        (b"0,-1", "'-1'"),
        (b"0,1.5", "'1.5'"),
        ("0,²".encode(), "'²'"),
        (b"0-99, 200", "'0-99'"),
        (b"-5, 3, 7", "'-5'"),
        (b"17.0\n203", "'17.0'"),
        (b"1e3 5", "'1e3'"),
        (b",0\n0,17\n1,203\n", "row numbers"),
        (b",index\n0,17\n", "row numbers"),
        (b"0," + b"9" * 5000, "'9999"),
        (b"\xff\xfe0", "not a text"),
        (b"1," * 2_000_000, "at most 2 MB"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused(content, complaint):
    with pytest.raises(SpecError, match=complaint) as refused:
        parse_indices(content, "list.csv")
    assert "list.csv" in str(refused.value)
