"""What a browser says of itself, in the two words by which a person knows it again."""

from django.utils.translation import gettext as _

# In this order: nearly all of them also call themselves Safari, and many Chrome.
BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR/", "Opera"), ("QQBrowser", "QQ Browser"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrom", "Chrome"), ("Safari", "Safari"),
    ("curl", "curl"), ("python", "Python"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(user_agent: str) -> str:
    """`Firefox · Windows`; a sentence where nothing is known."""
    names = [_named(user_agent, BROWSERS), _named(user_agent, SYSTEMS)]
    return " · ".join(name for name in names if name) or _("Unknown browser")


def _named(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    said = user_agent.casefold()
    return next((name for mark, name in known if mark.casefold() in said), "")
