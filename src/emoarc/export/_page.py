"""What all pages share: templates, scripts, and the policy that keeps a page from the network."""

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs  # pyright: ignore

from emoarc import __version__
from emoarc.analysis import NOTICE

__all__ = ["render"]

_RESOURCES: Final = files("emoarc.export") / "report"


def render(name: str, data: Any, **values: Any) -> str:
    """Return a page of `report/NAME.html.j2` and `NAME.js`, in the style of all pages.

    Args:
        name: Of the template and its script.
        data: What the script draws; plain data, embedded as JSON.
        values: What the template says.
    """
    plotly, script = get_plotlyjs(), _resource(f"{name}.js")
    return (
        _templates()
        .get_template(f"{name}.html.j2")
        .render(
            policy=_policy(plotly, script),
            version=__version__,
            notice=NOTICE,
            style=Markup(_resource("report.css")),
            data=_embedded(data),
            plotly=Markup(plotly),
            script=Markup(script),
            **values,
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("emoarc.export", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _resource(name: str) -> str:
    return (_RESOURCES / name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    """Return the content security policy: these scripts alone, and no network at all.

    Plotly writes styles as it draws, hence the inline styles; `blob:` is a file the reader chooses.
    """
    allowed = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _embedded(data: Any) -> Markup:
    """Return data as JSON that cannot end its script element, whatever a file is called."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
