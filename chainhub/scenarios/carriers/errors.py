"""What is said where example data cannot be had."""

from chainhub.core.errors import DomainError


class CarrierError(DomainError):
    """A package that carries example data cannot be had."""

    code = "carrier-missing"
    status = 503
