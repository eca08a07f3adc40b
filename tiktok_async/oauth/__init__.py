"""Getting and keeping tokens: the app's own, and those of users who gave consent.

**The app's own token** (Research) needs nothing from here: `ResearchClient(client_key=...,
client_secret=...)` makes a `ClientCredentials` by itself. A token is minted at the first call,
shared by all calls, renewed before its end and once after a 401. A ready-made token goes in as
`token=`; it is used until the provider refuses it.

**A user's token** (Data Portability) begins with a login. On the user's own machine it is one call;
the browser opens, and comes back to a free port of 127.0.0.1:

```python
from tiktok_async import PortabilityClient
from tiktok_async.oauth import OAuthClient

async with OAuthClient() as oauth:               # TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET
    token = await oauth.login("user.info.basic,portability.all.single")
    print(token.open_id, token.scopes)           # the user may have unticked some

async with PortabilityClient() as portability:   # finds the token, and renews it when it must
    ...
```

The app's redirect URI is registered as `http://127.0.0.1:*/callback/`. Without a browser on that
machine pass `paste=`: it is handed the URL, and returns the address on which the user's browser
ended, elsewhere:

```python
def ask(url: str) -> str:
    print("Open this, and copy the address it ends on:", url)
    return input("> ")

token = await oauth.login("user.info.basic", paste=ask)
```

A web app uses the two halves, and keeps the request in the user's own session between them:

```python
request = oauth.begin("user.info.basic", redirect_uri="https://example.com/callback/")
session["login"] = request.to_session()                      # then redirect to request.url
...
request = AuthorizationRequest.from_session(session.pop("login"))
token = await oauth.finish(request, callback_url, name="alice")
```

PKCE follows the platform by itself: TikTok wants the hex digest from desktop apps and none from web
apps; `pkce=` or TIKTOK_PKCE says otherwise. The consent page is on https://www.tiktok.com; with a
loopback base URL it is there, where the emulator serves it; TIKTOK_AUTHORIZE_URL names another.

Tokens are kept in the user's own file (`FileTokenStore`, mode 0600; TIKTOK_ASYNC_TOKENS names
another), in the desktop's key store (`KeyringTokenStore`, extra `keyring`), in memory, or in
whatever has the four methods of `TokenStore`. A refresh token dies when it is used, so a refresh is
done by one task of one process at a time, and its answer is on disk before it is used; what
happens when an answer is lost stands at `UserToken`. `await oauth.refresh()` renews at once,
`await oauth.revoke()` disconnects the app and forgets the token, `await store.tokens()` lists all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_async.lazy import lazy_names

if TYPE_CHECKING:
    from tiktok_async.oauth.authorize import AuthorizationCode, AuthorizationRequest
    from tiktok_async.oauth.client import OAuthClient
    from tiktok_async.oauth.credentials import AccessToken, ClientCredentials
    from tiktok_async.oauth.files import FileTokenStore, default_store
    from tiktok_async.oauth.keys import KeyringTokenStore
    from tiktok_async.oauth.receiver import LoopbackReceiver
    from tiktok_async.oauth.store import MemoryTokenStore, TokenStore
    from tiktok_async.oauth.stored import StoredToken
    from tiktok_async.oauth.user import UserToken

_HOMES = {
    "AuthorizationCode": "authorize",
    "AuthorizationRequest": "authorize",
    "OAuthClient": "client",
    "AccessToken": "credentials",
    "ClientCredentials": "credentials",
    "FileTokenStore": "files",
    "default_store": "files",
    "KeyringTokenStore": "keys",
    "LoopbackReceiver": "receiver",
    "MemoryTokenStore": "store",
    "TokenStore": "store",
    "StoredToken": "stored",
    "UserToken": "user",
}


_load = lazy_names(__name__, _HOMES)


def __getattr__(name: str) -> object:
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


__all__ = [
    "AccessToken",
    "AuthorizationCode",
    "AuthorizationRequest",
    "ClientCredentials",
    "FileTokenStore",
    "KeyringTokenStore",
    "LoopbackReceiver",
    "MemoryTokenStore",
    "OAuthClient",
    "StoredToken",
    "TokenStore",
    "UserToken",
    "default_store",
]
