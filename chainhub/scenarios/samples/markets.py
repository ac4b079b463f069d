"""Prices of shares, indices and oil, day by day."""

import csv
import gzip
import io
import math
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from itertools import pairwise

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import ARCH, STOCKS
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

SIX = 6  # digits behind the point of what is computed here
TICKERS = {"aapl": "Apple", "ibm": "IBM", "msft": "Microsoft", "goog": "Google", "fb": "Facebook"}
HEAD = ("date", "open", "high", "low", "close", "volume", "adj_close", "log_return", "log_range")
INDICES = {"sp500": "Adj Close", "nasdaq": "Adj Close", "wti": "DCOILWTICO"}


def stock_csv(ticker: str) -> bytes:
    """Prices as they were, and two things computed from them: the day's return and how far high and low lie apart.

    Returns are of the adjusted close, so that a dividend or a split is no loss. The first day has no return and is
    left out.
    """
    text = gzip.decompress(member(STOCKS, "bokeh_sampledata/_data/stocks.csv.gz")).decode("ascii")
    days = [row for row in csv.DictReader(io.StringIO(text)) if row["Ticker"] == ticker.upper()]
    prices = ("Open", "High", "Low", "Close", "Volume", "Adj Close")
    closes = [float(day["Adj Close"]) for day in days]
    rows = (
        [
            day["Date"],
            *(day[name] for name in prices),
            change,
            round(math.log(float(day["High"]) / float(day["Low"])), SIX),
        ]
        for day, change in zip(days[1:], log_returns(closes), strict=True)
    )
    return csv_of(HEAD, rows)


def index_csv(index: str) -> bytes:
    """Close and return of every day with a price; holidays, which the oil's file leaves empty, are left out."""
    text = gzip.decompress(member(ARCH, f"arch/data/{index}/{index}.csv.gz")).decode("ascii")
    days = list(_closes(text, INDICES[index]))
    changes = log_returns([close for _day, close in days])
    rows = ([day.isoformat(), close, change] for (day, close), change in zip(days[1:], changes, strict=True))
    return csv_of(("date", "close", "log_return"), rows)


def _closes(text: str, column: str) -> Iterator[tuple[date, float]]:
    for row in csv.DictReader(io.StringIO(text)):
        if row[column].strip() not in {"", "."}:
            month, day, year = (int(word) for word in row["Date"].split("/"))
            yield date(year, month, day), float(row[column])


def log_returns(closes: Sequence[float]) -> list[float]:
    """Of each day but the first."""
    return [round(math.log(after / before), SIX) for before, after in pairwise(closes)]


STOCKS_SET = SampleSet(
    slug="stocks",
    title="Share prices",
    title_zh="股票价格",
    summary="Daily open, high, low, close and volume of one share, with its return and its range",
    summary_zh="一只股票的每日开盘价、最高价、最低价、收盘价与成交量，以及收益率与波幅",
    licence="Public domain (Quandl WIKI); BSD-3-Clause (bokeh-sampledata)",
    licence_zh="公有领域（Quandl WIKI）；BSD-3-Clause（bokeh-sampledata）",
    source="Quandl WIKI Prices, five companies to 2013-03-01, as shipped by bokeh-sampledata 2026.1",
    source_url="https://data.nasdaq.com/databases/WIKIP",
    citation="Quandl WIKI Prices. Archived copy supplied by marketneutral on Kaggle; extract by bokeh-sampledata.",
    kind="series",
    target="log_range",
    fields={
        "log_range": about(
            "Logarithm of the day's high over its low: how restless the day was", "最高价与最低价之比的对数，即当日波幅"
        ),
        "log_return": about(
            "Logarithm of the adjusted close over that of the day before", "调整收盘价与前一日之比的对数"
        ),
        **{name: {"unit": "USD"} for name in ("open", "high", "low", "close", "adj_close")},
    },
    carriers=(STOCKS,),
    parts=tuple(
        Part(
            slug=ticker,
            organization=f"{company} desk",
            organization_zh=f"{company} 交易台",
            filename=f"{ticker}.csv",
            rows=rows,
            content=partial(stock_csv, ticker),
            told={"company": company},
        )
        for (ticker, company), rows in zip(TICKERS.items(), (3_269, 3_269, 3_269, 2_147, 195), strict=True)
    ),
)
RISK_SET = SampleSet(
    slug="market-risk",
    title="Market returns",
    title_zh="市场收益率",
    summary="Daily close and return of a share index or of crude oil",
    summary_zh="股票指数或原油的每日收盘价与收益率",
    licence="NCSA (arch); public domain (oil price: US Energy Information Administration)",
    licence_zh="NCSA（arch）；公有领域（油价：美国能源信息署）",
    source="S&P 500 and NASDAQ 1999–2018 and WTI crude oil 1986–2019, as shipped by arch 8.0.0",
    source_url="https://bashtage.github.io/arch/",
    citation="K. Sheppard: arch 8.0.0. WTI spot price: US Energy Information Administration, series DCOILWTICO.",
    kind="series",
    target="log_return",
    fields={"log_return": about("Logarithm of the close over that of the day before", "收盘价与前一日之比的对数")},
    carriers=(ARCH,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename=f"{slug}.csv",
            rows=rows,
            content=partial(index_csv, slug),
            told={"what": what, "what_zh": what_zh},
        )
        for slug, name, name_zh, what, what_zh, rows in (
            ("sp500", "Large companies desk", "大盘股交易台", "the S&P 500 index", "标普 500 指数", 5_030),
            ("nasdaq", "Technology desk", "科技股交易台", "the NASDAQ Composite index", "纳斯达克综合指数", 5_030),
            ("wti", "Energy desk", "能源交易台", "the price of a barrel of WTI crude oil", "WTI 原油每桶价格", 8_320),
        )
    ),
)
