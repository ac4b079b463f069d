"""Numbers in the form of a row are as a person would type them."""

import pytest

from chainhub.registry.rows import in_four_digits


@pytest.mark.parametrize(
    ("value", "typed"),
    [(12.3456, "12.35"), (69280.4, "69280"), (166429.59999999983, "166400"), (0.0, "0"), (-0.00123, "-0.00123")],
)
def test_four_digits_and_no_power_of_ten(value: float, typed: str) -> None:
    assert in_four_digits(value) == typed
