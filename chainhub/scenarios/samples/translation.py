"""What four open-source programs say in English, and how their translators say it in Chinese."""

from collections.abc import Iterator
from functools import cache, partial

import polib

from chainhub.scenarios.carriers import Carrier, opened
from chainhub.scenarios.carriers.pins import DJANGO, JUPYTERLAB_ZH, REST_FRAMEWORK, WAGTAIL
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.tables import csv_of

LONGEST = 200  # letters of English: longer ones are help texts of several sentences
PROGRAMS = {
    "django": (DJANGO, "Django", "Django", "/zh_Hans/LC_MESSAGES/", 783),
    "rest-framework": (REST_FRAMEWORK, "Django REST framework", "Django REST framework", "/zh_Hans/LC_MESSAGES/", 111),
    "wagtail": (WAGTAIL, "Wagtail", "Wagtail", "/zh_Hans/LC_MESSAGES/", 1_247),
    "jupyterlab": (JUPYTERLAB_ZH, "JupyterLab", "JupyterLab", "/zh_CN/LC_MESSAGES/", 2_859),
}


def pairs_csv(program: str) -> bytes:
    """One program's sentences and words in both languages, each only where no program before it has it."""
    return csv_of(["en", "zh"], _divided()[program])


@cache
def _divided() -> dict[str, list[tuple[str, str]]]:
    """Each English text belongs to one program: else what one trains on, another would be tested on."""
    seen: set[str] = set()
    found: dict[str, list[tuple[str, str]]] = {}
    for program, (carrier, _name, _name_zh, folder, _rows) in PROGRAMS.items():
        found[program] = []
        for english, chinese in _catalogues(carrier, folder):
            if english.casefold() not in seen and english != chinese and len(english) <= LONGEST:
                seen.add(english.casefold())
                found[program].append((english, chinese))
    return found


def _catalogues(carrier: Carrier, folder: str) -> Iterator[tuple[str, str]]:
    with opened(carrier) as package:
        for name in sorted(package.names()):
            if folder in name and name.endswith(".mo"):
                yield from _pairs(package.read(name))


def _pairs(catalogue: bytes) -> Iterator[tuple[str, str]]:
    """Compiled catalogues hold no unfinished ("fuzzy") translations. Of a plural, the one that Chinese has."""
    for entry in polib.mofile(catalogue):  # type: ignore[call-overload]  # contents, too
        english, chinese = entry.msgid, entry.msgstr
        if entry.msgid_plural:
            english, chinese = entry.msgid_plural, entry.msgstr_plural.get(0, "")
        english, chinese = " ".join(english.split()), " ".join(chinese.split())
        if english and chinese:
            yield english, chinese


TRANSLATION_SET = SampleSet(
    slug="interface-translation",
    title="Interface texts, English and Chinese",
    title_zh="界面文本英中对照",
    summary="Short interface texts in English with their Chinese translation",
    summary_zh="界面短文本及其中文译文",
    licence="BSD-3-Clause",
    source="Message catalogues of Django 5.2, Django REST framework 3.16.1, Wagtail 8.0.1 and the language pack "
    "4.5.post3 of JupyterLab, by their translators",
    source_url="https://docs.djangoproject.com/en/5.2/topics/i18n/translation/",
    citation="The translators of Django, Django REST framework, Wagtail and JupyterLab: message catalogues for "
    "Simplified Chinese.",
    kind="pairs",
    target="zh",
    carriers=(DJANGO, REST_FRAMEWORK, WAGTAIL, JUPYTERLAB_ZH),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename=f"{slug}.csv",
            rows=rows,
            content=partial(pairs_csv, slug),
        )
        for slug, (_carrier, name, name_zh, _folder, rows) in PROGRAMS.items()
    ),
)
