"""How tests read a page, and texts that a page must stay whole under."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

HOSTILE = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param("\"'><img src=x onerror=alert(1)>", id="quotes"),
    pytest.param("</title></desc></svg></style><b>", id="end-tags"),
    pytest.param("--> ]]> <!-- <![CDATA[", id="comments"),
    pytest.param("&lt;b&gt; &#60;b&#62; &", id="entities"),
    pytest.param("a\u202eb\u2066c\u200fd", id="direction"),
    pytest.param("a\x00b\x1bc\x85d\ufffee", id="controls"),
    pytest.param("a\ud800b", id="half-a-character"),
    pytest.param("x" * 100_000, id="endless"),
    pytest.param("a" + "\u0301" * 5_000, id="accents"),
    pytest.param("javascript:alert(1)//{{7*7}}${7*7}%s%n{0}", id="templates"),
]


def tree_of(page: str) -> ET.Element:
    """Return the page as XML, which it is too, so that nothing can be left open."""
    return ET.fromstring(page)  # noqa: S314  # our own page


def texts_of(page: str) -> str:
    """Return what the page says, blanks as one."""
    return " ".join("".join(tree_of(page).itertext()).split())
