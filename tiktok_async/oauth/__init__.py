"""Getting and keeping tokens.

`ResearchClient(client_key=..., client_secret=...)` makes a `ClientCredentials` by itself: a token
is minted at the first call, shared by all calls, renewed before its end and once after a 401.
A ready-made token goes in as `token=`; it is used until the provider refuses it.
"""

from tiktok_async.oauth.credentials import AccessToken, ClientCredentials

__all__ = ["AccessToken", "ClientCredentials"]
