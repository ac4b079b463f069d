"""Tables as they really come, and as nobody should send them: each with what the hub says about it.

A case is (name, bytes, sentence): a sentence that begins with "!" is a refusal, one with "+" a repair, "" says that
there is nothing to say. It is the English sentence with its parameters filled in.
"""

from collections.abc import Callable

import numpy as np

Case = tuple[str, Callable[[], bytes], str]

GOOD = "age,site,sick\n" + "".join(f"{20 + n},{'AB'[n % 2]},{n % 2}\n" for n in range(40))
NUMBERS = "".join(f"{n},{n * 2}\n" for n in range(1, 60))


def pixel_rows(*, rows: int = 30, side: int = 28, label_first: bool = False) -> bytes:
    """The classic CSV of digits: no header, the label at one end."""
    seeded = np.random.default_rng(0)
    lines = []
    for number in range(rows):
        pixels = seeded.integers(0, 256, side * side)
        pixels[[0, -1]] = 0
        values = [number % 10, *pixels] if label_first else [*pixels, number % 10]
        lines.append(",".join(map(str, values)))
    return "\n".join(lines).encode()


CASES: list[Case] = [
    # --- encodings
    ("bom", lambda: b"\xef\xbb\xbf" + GOOD.encode(), ""),
    ("utf-16 with mark", lambda: GOOD.encode("utf-16"), "+The text was in UTF-16 and is now in UTF-8."),
    ("utf-16 LE bare", lambda: GOOD.encode("utf-16-le"), "+The text was in UTF-16-LE and is now in UTF-8."),
    ("utf-16 BE bare", lambda: GOOD.encode("utf-16-be"), "+The text was in UTF-16-BE and is now in UTF-8."),
    (
        "gbk",
        lambda: "名称,产地\n螺栓,上海\n轴承,北京\n".encode("gbk"),
        "+The text was in GB18030 and is now in UTF-8.",
    ),
    (
        "gb18030 late in the file",
        lambda: ("a,b\n" + "1,x\n" * 90_000 + "2,轴承质量检验\n").encode("gb18030"),
        "+The text was in GB18030 and is now in UTF-8.",
    ),
    (
        "cp1252",
        lambda: "Straße,Größe\nMüllerstraße,1\nKönigsallee,2\nÄußere Brücke,3\n".encode("cp1252"),
        "+The text was in CP1250 and is now in UTF-8.|+The text was in CP1252 and is now in UTF-8.",
    ),
    (
        "broken utf-16",
        lambda: GOOD.encode("utf-16") + b"\x00",
        "!Line 42 cannot be read as UTF-16, nor the file in any other encoding. Save it as UTF-8.",
    ),
    (
        "mojibake",
        "name,n\nä¸\xadæ–‡,1\nx,2\n".encode,
        "+Line 2 holds “ä¸\xadæ–‡,1”: the text seems to have been decoded wrongly before it came here. "
        "It is kept as it is; export it again as UTF-8 if names or labels look odd.",
    ),
    ("zero byte", lambda: b"a,b\n1,2\n3,\x004\n", "!Line 3 holds a zero byte: the file is damaged, or it is no text."),
    # --- line ends, quotes, delimiters
    ("crlf", lambda: GOOD.replace("\n", "\r\n").encode(), ""),
    ("cr only", lambda: GOOD.replace("\n", "\r").encode(), ""),
    ("newline in quotes", lambda: b'a,b\n1,"x\ny"\n2,z\n', ""),
    ("inch mark", lambda: b'size,n\n5" pipe,1\n7" pipe,2\n3" pipe,3\n', ""),
    (
        "open quote",
        lambda: b'a,b\n1,"x\n2,y\n3,z\n',
        "!The quote that opens a value in line 2 is never closed; close or remove it.",
    ),
    (
        "open quote in a long file",
        ("a,b\n" + "1,x\n" * 500 + '2,"oops\n' + "3,y\n" * 9000).encode,
        "!The quote that opens a value in line 502 is never closed; close or remove it.",
    ),
    ("semicolons", lambda: GOOD.replace(",", ";").encode(), ""),
    ("tabs", lambda: GOOD.replace(",", "\t").encode(), ""),
    ("sep line", lambda: b"sep=|\n" + GOOD.replace(",", "|").encode(), ""),
    (
        "remarks",
        lambda: b"# made by a machine\n# 2026\n" + GOOD.encode(),
        "+Lines of remarks before the table were left out (2).",
    ),
    (
        "needless delimiter",
        lambda: b"a,b\n1,2,\n3,4,\n5,6,\n",
        "+Every row ends with a needless delimiter; it is ignored.",
    ),
    (
        "row names",
        lambda: b"a,b\nr1,1,2\nr2,3,4\nr3,4,5\n",
        "+The header names one column too few; the first column is called “row_name”.",
    ),
    # --- shape
    ("empty", lambda: b"", "!The file is empty."),
    ("only blank lines", lambda: b"\n\n\n", "!The file holds no rows."),
    ("header only", lambda: b"a,b,c\n", "!The file has a header but no rows below it."),
    ("one row", lambda: b"a,b\n1,2\n", "+The table has a single row; nothing can be learned from it alone."),
    (
        "a ragged row",
        (GOOD + "1,2\n" + "5,A,1\n").encode,
        "+Row 42 was left out: it has 2 values instead of 3.",
    ),
    (
        "some ragged rows",
        (GOOD + "1,2,3,4\n" * 3).encode,
        "+3 rows were left out because they do not have as many values as there are columns; the first is row 42 with "
        "4 instead of 3.",
    ),
    (
        "mostly ragged",
        (GOOD + "1,2\n" * 30).encode,
        "!30 rows do not have as many values as there are columns; the first is row 42 with 2 instead of 3. Check the "
        "delimiter and the quotes there.",
    ),
    (
        "uneven everywhere",
        lambda: b"a;b\n" + b"1;2\n3\n" * 40,
        "!40 rows do not have as many values as there are columns; the first is row 3 with 1 instead of 2. Check the "
        "delimiter and the quotes there.",
    ),
    (
        "10,000 columns",
        (",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n").encode,
        "!The table has 10000 columns; at most 5000 can be used.",
    ),
    (
        "endless row",
        lambda: b"a,b\n" + b"x" * (17 * 2**20) + b",1\n",
        "!A row after line 1 is longer than 16 MB; this does not look like a table.",
    ),
    (
        "no header, pixels, label last",
        pixel_rows,
        "+The file has no header line; its 785 columns fit images of 28 × 28 pixels and a label, and were "
        "named pixel_0 "
        "to pixel_783 and label.",
    ),
    (
        "no header, pixels, label first",
        lambda: pixel_rows(label_first=True),
        "+The file has no header line; its 785 columns fit images of 28 × 28 pixels and a label, and were "
        "named pixel_0 "
        "to pixel_783 and label.",
    ),
    ("no header", NUMBERS.encode, "+The file has no header line; its columns were named field_1 to field_2."),
    ("years as header", lambda: b"country,2019,2020\nA,1,2\nB,3,4\n", ""),
    (
        "same name twice",
        lambda: b"price,price,n\n1,2,3\n2,3,4\n",
        "+Two columns are called “price”; the later one, column 2, is now “price_2”.",
    ),
    ("nameless column", lambda: b",x\n1,a\n2,b\n3,c\n", "+Column 1 has no name; it is called “field_1”."),
    # --- values
    ("missing in many spellings", lambda: b"a,b\n1,x\nNA,?\nnull,y\n4,z\n", "+Read as missing: “?”, “NA”, “null”."),
    (
        "words among numbers",
        ("x,y\n" + NUMBERS + "oops,3\n").encode,
        "+“x”: values that are no numbers count as missing (1, the first is “oops” in row 61).",
    ),
    (
        "infinite",
        ("x,y\n" + NUMBERS + "inf,3\n-Infinity,4\n").encode,
        "+“x”: infinite values count as missing (2, the first in row 61).",
    ),
    (
        "decimal comma",
        lambda: b"x;y\n1,5;2\n2,25;3\n1.000,5;4\n",
        "+“x” is written with a decimal comma and was read so.",
    ),
    (
        "thousands",
        lambda: b'x,y\n"1,234",2\n"12,500.5",3\n900,4\n',
        "+“x” is written with commas between thousands; they were removed.",
    ),
    (
        "codes",
        lambda: b"zip,n\n01067,1\n99084,2\n00100,3\n",
        "+“zip” holds codes rather than quantities (zeros in front, or too many digits).",
    ),
    (
        "huge numbers",
        lambda: b"serial,n\n123456789012345678901234567890,1\n223456789012345678901234567890,2\n",
        "+“serial” holds codes rather than quantities (zeros in front, or too many digits).",
    ),
    ("dates", lambda: b"day,n\n2026-01-31,1\n2026-02-28,2\n", ""),
]
