"""The HTML of the authorize page: self-contained, no scripts, light and dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #161823; --soft: #5f6270; --card: #fff; --page: #f1f1f2;
  --line: #d8d8dc; --go: #d6174a; }
@media (prefers-color-scheme: dark) { :root { --ink: #f4f4f6; --soft: #a9abb6; --card: #1f2029;
  --page: #121218; --line: #3a3b46; --go: #ff4d78; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 1.75rem; border-radius: 1rem;
  background: var(--card); border: 1px solid var(--line); }
h1 { margin: 0 0 .25rem; font-size: 1.3rem; }
p { margin: .5rem 0 1rem; color: var(--soft); overflow-wrap: anywhere; }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
legend { padding: 1rem 0 .25rem; }
legend, .who { font-weight: 600; }
label.scope { display: flex; gap: .75rem; padding: .6rem 0; border-top: 1px solid var(--line); }
small { display: block; color: var(--soft); overflow-wrap: anywhere; }
select { margin-top: .25rem; }
select, button { width: 100%; padding: .7rem; border-radius: .5rem; font: inherit; color: inherit;
  border: 1px solid var(--line); background: transparent; }
button { margin-top: .6rem; cursor: pointer; font-weight: 600; }
button[value=allow] { background: var(--go); border-color: var(--go); color: var(--card); }
code { overflow-wrap: anywhere; }
"""
_MEANINGS: Final = {
    "user.info.basic": "Your name and picture",
    "user.info.profile": "Your profile",
    "user.info.stats": "How many follow and like you",
    "video.list": "Your public videos",
    "video.upload": "Draft videos in your name",
    "video.publish": "Post videos in your name",
    "portability.all": "A copy of all your data",
    "portability.activity": "A copy of your activity",
    "portability.directmessages": "A copy of your direct messages",
    "portability.postsandprofile": "A copy of your posts and your profile",
}
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
"""What a page is sent with."""
_HOW_OFTEN: Final = {"single": "once", "ongoing": "again and again"}


def asking(client_key: str, scopes: Sequence[str], users: Sequence[str]) -> str:
    """Return the page that asks.

    Args:
        client_key: The app that asks.
        scopes: What it asks for; each can be unticked.
        users: Names of the users that one can be; the first is chosen.
    """
    choices = "".join(f"<option>{escape(user)}</option>" for user in users)
    ticks = "".join(map(_tick, scopes))
    return _page(
        "Allow access?",
        f"<p>The app <code>{escape(client_key)}</code> asks for your data. Untick what it shall "
        f'not have.</p><form method="post"><label class="who">You are<select name="user">{choices}'
        f"</select></label><fieldset><legend>It may have</legend>{ticks}</fieldset>"
        '<button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Cancel</button></form>',
    )


def refusing(name: str, why: str) -> str:
    """Return the page on which a bad request ends.

    Args:
        name: The parameter that is wrong.
        why: What is wrong with it.
    """
    return _page(
        "Something went wrong",
        f"<p>The app asked in a way that cannot be answered: <code>{escape(name)}</code> "
        f"{escape(why)}.</p><p>Nothing was shared. You can close this page.</p>",
    )


def _tick(scope: str) -> str:
    return (
        f'<label class="scope"><input type="checkbox" name="scope" value="{escape(scope)}" checked>'
        f"<span>{escape(_meaning(scope))}<small>{escape(scope)}</small></span></label>"
    )


def _meaning(scope: str) -> str:
    """Return what a scope allows; TikAPI's are words that say it themselves."""
    about, _, last = scope.rpartition(".")
    if about in _MEANINGS and last in _HOW_OFTEN:
        return f"{_MEANINGS[about]}, {_HOW_OFTEN[last]}"
    return _MEANINGS.get(scope) or scope.replace("_", " ").capitalize()


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"{content}<p><small>This is the emulator: made-up people, made-up data.</small></p>"
        "</main></body></html>\n"
    )
