"""What the browser shows at the end of a login: plain pages that need nothing from elsewhere.

Nothing that came with the request is ever shown on them.
"""

from __future__ import annotations

from typing import Final

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0;
        padding: 0 1.5rem; }}
h1 {{ font-size: 1.6rem; border-left: .4rem solid {colour}; padding-left: .8rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""


def _page(title: str, text: str, colour: str) -> bytes:
    return _PAGE.format(title=title, text=text, colour=colour).encode()


LOGGED_IN: Final = _page(
    "You are logged in",
    "The program has your consent and goes on. You can close this page.",
    "#1a8f5a",
)
DENIED: Final = _page(
    "The login was refused",
    "The program was given nothing. If that was a mistake, start the login again there.",
    "#b3261e",
)
WRONG: Final = _page(
    "This is not the login that is waited for",
    "The address is incomplete, or belongs to an earlier login. Use the page that the program "
    "opened last, or start the login again there.",
    "#b26a00",
)
NOTHING_HERE: Final = _page(
    "Nothing is here", "Only the end of a login comes to this address.", "#888"
)
