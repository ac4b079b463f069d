"""Numbers in the form of a row are as a person would type them."""

import pytest

from chainhub.registry.rows import in_four_digits
from chainhub.web.formats import number


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        *((12.3456, "12.35"), (69280.4, "69280"), (166429.59999999983, "166400"), (0.0, "0"), (-0.00123, "-0.00123")),
        *((0.00003, "0.00003"), (-0.0000123449, "-0.00001234"), (0.00000123456, "0.000001235"), (0.99999, "1")),
        *((0.5, "0.5"), (-0.0, "0")),
    ],
)
def test_four_digits_and_no_power_of_ten(value: float, typed: str) -> None:
    assert in_four_digits(value) == typed
    assert float(typed) == pytest.approx(value, rel=1e-3)


def test_where_pages_take_a_power_of_ten_it_does_too() -> None:
    """Zeros nobody counts: `formats.number` stops writing them out at the same place."""
    assert in_four_digits(0.000000123456) == "1.235e-07"
    assert number(0.000000123456) == "1.23e-07"
    assert (in_four_digits(0.000001), number(0.000001)) == ("0.000001", "0.00000100")
