"""JSON, chats and plain texts, broken in the ways in which they break."""

import gzip
import json
from typing import Any

from tests.hub.datasets.hostile_texts import Case
from tests.hub.datasets.packing import json_lines, picture, zipped

ROWS: list[dict[str, Any]] = [{"age": 20 + n, "site": "AB"[n % 2], "sick": n % 2} for n in range(60)]
GOOD = json_lines(*ROWS)
COCO = {
    "images": [{"id": n, "file_name": f"{n}.png"} for n in range(4)],
    "categories": [{"id": 7, "name": "bolt"}, {"id": 8, "name": "nut"}],
    "annotations": [{"image_id": n, "category_id": 7 + n % 2, "bbox": [0, 0, 3, 4]} for n in range(4)],
}


def chat(*contents: Any) -> dict[str, Any]:
    return {
        "messages": [{"role": ("user", "assistant")[n % 2], "content": content} for n, content in enumerate(contents)]
    }


CHATS = [chat(f"What is {n}?", f"It is {n}.") for n in range(30)]


def labelled(notes: dict[str, bytes]) -> bytes:
    return zipped({**{f"img/{n}.png": picture(n) for n in range(4)}, **notes})


CASES: list[Case] = [
    # --- JSON Lines
    ("json lines", lambda: GOOD, ""),
    ("json lines, gz", lambda: gzip.compress(GOOD), "+The file was packed; what is inside was read."),
    (
        "a broken line",
        lambda: GOOD + b'{"age": 3, "si',
        "+Rows that cannot be used were left out (1, the first is row 61: it is no JSON).",
    ),
    (
        "many broken lines",
        lambda: GOOD + b"{oops}\n" * 30,
        "!Rows cannot be used (30, the first is row 61: it is no JSON).",
    ),
    (
        "a line that is no object",
        lambda: GOOD + b"[1, 2]\n",
        "+Rows that cannot be used were left out (1, the first is row 61: it is no JSON object).",
    ),
    (
        "nested deeper than any stack",
        lambda: GOOD + b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
        "+Rows that cannot be used were left out (1, the first is row 61: it is nested too deeply).",
    ),
    (
        "a number of 5,000 digits",
        lambda: GOOD + b'{"age": ' + b"9" * 5000 + b"}\n",
        "+Rows that cannot be used were left out (1, the first is row 61: it is no JSON).",
    ),
    (
        "nested values",
        lambda: json_lines({"a": 1, "b": {"x": [1, 2]}}, {"a": 2, "b": [3]}),
        "+“b” holds nested values (the first in row 1); they were kept as JSON text.",
    ),
    (
        "infinite in JSON",
        lambda: GOOD + b'{"age": 1e999}\n{"age": -Infinity}\n',
        "+“age”: infinite values count as missing (2, the first in row 61).",
    ),
    ("halves of letters", lambda: b'{"a": "\\ud800", "b": 1}\n{"a": "x\\u0000y", "b": 2}\n', ""),
    (
        "a key without a name",
        lambda: b'{"": 1, "a": 2}\n{"": 2, "a": 3}\n',
        "+Column 1 has no name; it is called “field_1”.",
    ),
    (
        "keys that look alike",
        lambda: b'{"a": 1, "a ": 2}\n{"a": 2, "a ": 3}\n',
        "+Two columns are called “a”; the later one, column 2, is now “a_2”.",
    ),
    (
        "6,000 keys",
        lambda: json_lines({f"k{n}": n for n in range(6000)}),
        "!The table has 6000 columns; at most 5000 can be used.",
    ),
    (
        "other keys in every row",
        lambda: json_lines(*({f"k{n}": n} for n in range(6000))),
        "!The table has * columns; at most 5000 can be used.",
    ),
    (
        "endless line of JSON",
        lambda: b'{"a": 1}\n{"a": "' + b"x" * (17 * 2**20) + b'"}\n',
        "!Row 2 is longer than 16 MB; this does not look like rows of data.",
    ),
    ("json lines in utf-16", lambda: GOOD.decode().encode("utf-16"), "+The text was in UTF-16 and is now in UTF-8."),
    (
        "json in gb18030",
        lambda: json.dumps([{"名称": "轴承质量检验"}, {"名称": "螺栓"}] * 9, ensure_ascii=False).encode("gb18030"),
        "+The text was in GB18030 and is now in UTF-8.",
    ),
    (
        "zero byte in JSON",
        lambda: b'{"a": 1}\n{"a": \x00}\n',
        "!Line 2 holds a zero byte: the file is damaged, or it is no text.",
    ),
    # --- lists and single objects
    ("json list", lambda: json.dumps(ROWS, indent=1).encode(), ""),
    ("empty json list", lambda: b"[]", "!The file holds no rows."),
    (
        "json list cut within an item",
        lambda: json.dumps(ROWS).encode()[:-9],
        "!Item 60 of the JSON list cannot be read: it is no JSON.",
    ),
    (
        "json list cut between items",
        lambda: b'[{"a": 1},\n{"a": 2},\n',
        "!The JSON list is cut off after item 2; upload it again.",
    ),
    (
        "json list with a word in it",
        lambda: b'[{"a": 1}, "b", {"a": 2}]',
        "+Rows that cannot be used were left out (1, the first is row 2: it is no JSON object).",
    ),
    (
        "json list nested too deeply",
        lambda: b'[{"a": ' + b"[" * 100_000,
        "!Item 1 of the JSON list cannot be read: it is nested too deeply.",
    ),
    (
        "one json object",
        lambda: json.dumps({"rows": ROWS}, indent=1).encode(),
        "!This JSON is one object over several lines. Write one object a line, or a list of objects.",
    ),
    (
        "annotations alone",
        lambda: json.dumps(COCO).encode(),
        "!These are annotations without their images. Pack both into one ZIP and upload that.",
    ),
    # --- chats
    ("chats", lambda: json_lines(*CHATS), ""),
    (
        "a chat without an answer",
        lambda: json_lines(*CHATS, chat("Hello?")),
        "+Rows that cannot be used were left out (1, the first is row 31: it has no messages with a speaker and a "
        "text, "
        "of which one is an answer).",
    ),
    (
        "chats half of which are broken",
        lambda: json_lines(*CHATS * 2, *[chat("Hello?", 7)] * 60),
        "!Rows cannot be used (60, the first is row 61: it has no messages with a speaker and a text, of which one is "
        "an answer).",
    ),
    # --- annotations
    ("coco", lambda: labelled({"notes.json": json.dumps(COCO).encode()}), ""),
    (
        "coco with a box that is none",
        lambda: labelled(
            {"notes.json": json.dumps({**COCO, "annotations": [*COCO["annotations"], {"bbox": [0, 0, -1]}]}).encode()}
        ),
        "+Rows that cannot be used were left out (1, the first is row 5: it has no box of four numbers with a width "
        "and a height).",
    ),
    (
        "coco about other images",
        lambda: labelled({"notes.json": json.dumps(COCO).replace(".png", ".bmp").encode()}),
        "!Rows cannot be used (4, the first is row 1: it names an image that is not there).",
    ),
    (
        "labels in a csv",
        lambda: labelled(
            {"labels.csv": b"file,label\n" + b"".join(b"%d.png,%s\n" % (n, b"ab"[n % 2 :][:1]) for n in range(4))}
        ),
        "",
    ),
    (
        "labels of some images",
        lambda: labelled({"labels.csv": b"file,label\n0.png,a\n1.png,b\nimg/7.png,c\n"}),
        "+Images of which “labels.csv” says nothing were left out (2, such as “img/2.png”).",
    ),
    (
        "a label of no image",
        lambda: labelled({"labels.csv": b"file,label\n0.png,a\n1.png,b\n2.png,a\n../../3.png,b\n9.png,c\n"}),
        "+Rows that cannot be used were left out (1, the first is row 6: it names an image that is not there).",
    ),
    (
        "one label for all",
        lambda: labelled({"labels.csv": b"file,label\n0.png,a\n1.png,a\n2.png,a\n3.png,a\n"}),
        "+All images have the same label; to tell classes apart, there must be two or more.",
    ),
    # --- texts
    (
        "texts",
        lambda: zipped(
            {"a/x.txt": "第一段。\n\n第二段。".encode("gb18030"), "b/y.txt": b"one\n\ntwo", "c.txt": b"three"}
        ),
        "",
    ),
    ("parallel texts", lambda: zipped({"x.en.txt": b"one\ntwo\n", "x.zh.txt": "一\n二\n".encode()}), ""),
    (
        "a gap in parallel texts",
        lambda: zipped({"x.en": b"one\n\nthree\n", "x.zh": "一\n二\n三\n".encode()}),
        "+Lines that are empty in one of the two texts were left out (1).",
    ),
    (
        "texts and a program",
        lambda: zipped({"x.txt": b"one", "y.txt": b"two", "z.exe": b"MZ"}),
        "+Files that are no texts were left out (1, such as “z.exe”).",
    ),
    ("texts of nothing", lambda: zipped({"x.txt": b"\n\n", "y.txt": b" "}), "!The file holds no rows."),
    (
        "zero byte in a text",
        lambda: zipped({"x.txt": b"a longer line\x00", "y.txt": b"two", "z.txt": b"three"}),
        "!Line 1 holds a zero byte: the file is damaged, or it is no text.",
    ),
]
