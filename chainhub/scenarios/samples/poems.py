"""Chinese poems of the Tang and the Song, in the encoding that Chinese files often come in."""

import re
from functools import partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import POEMS
from chainhub.scenarios.samples.kinds import Part, SampleSet

COLOUR = re.compile(r"\x1b\[\d*m")
SAID = re.compile(r"^(题目|作者)[:：]", re.MULTILINE)
FILES = {"tang": "tang300", "song": "song100"}


def poems_txt(dynasty: str) -> bytes:
    """Title, poet and lines of each poem, in GB18030; poems apart by blank lines, without the terminal's colours."""
    text = member(POEMS, f"usr/share/games/fortunes/{FILES[dynasty]}").decode("utf-8")
    poems = SAID.sub("", COLOUR.sub("", text)).split("\n%\n")
    lines = ([line.strip() for line in poem.splitlines() if line.strip(" %")] for poem in poems)
    return "\n\n".join("\n".join(poem) for poem in lines if poem).encode("gb18030") + b"\n"


POEMS_SET = SampleSet(
    slug="poems",
    title="Poems of the Tang and the Song",
    title_zh="唐诗宋诗",
    summary="Classical Chinese poems with title and poet",
    summary_zh="中国古典诗歌，含题目与作者",
    licence="Public domain (poems); GPL-3.0-or-later (collection)",
    licence_zh="公有领域（诗歌）；GPL-3.0-or-later（诗集）",
    source="Three Hundred Tang Poems and a hundred Song poems, as shipped by the Debian package fortunes-zh 2.98",
    source_url="https://salsa.debian.org/chinese-team/fortunes-zh",
    citation="《唐诗三百首》（蘅塘退士编，1763）；宋诗一百首。 Collected in fortunes-zh 2.98 by Yu Guanghui, "
    "Mo Zhou and xiao sheng wen.",
    kind="corpus",
    target="",
    carriers=(POEMS,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename=f"{slug}.txt",
            rows=rows,
            content=partial(poems_txt, slug),
        )
        for slug, name, name_zh, rows in (
            ("tang", "Tang publishers", "唐诗书局", 313),
            ("song", "Song publishers", "宋诗书局", 95),
        )
    ),
)
