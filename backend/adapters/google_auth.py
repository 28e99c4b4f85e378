"""Google's access tokens, for Vertex AI: they are valid for an hour and renewed here. The one file that knows
google-auth, which is an extra and imported when it is needed."""

import threading
from typing import Any

from backend.advice import Advice
from backend.errors import SettingsError

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class GoogleToken:
    """Safe to share between threads. `credentials`: those of google-auth; by default Application Default Credentials,
    looked up at the first call."""

    def __init__(self, credentials: Any = None) -> None:
        self._credentials = credentials
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """A token that is valid for some minutes at least. Asks Google when the last one is about to expire.

        Raises SettingsError without the package or credentials, and if Google gives no token.
        """
        with self._lock:
            return self._valid()

    def _valid(self) -> str:
        try:
            import google.auth
            from google.auth.exceptions import GoogleAuthError, TransportError
            from google.auth.transport.requests import Request
        except ImportError:
            raise SettingsError(
                "Vertex AI's access tokens need google-auth: `pip install 'open-prompts[vertex]'`, or",
                Advice.GIVE_ACCESS,
            ) from None
        try:
            if self._credentials is None:
                self._credentials, _ = google.auth.default(scopes=[_SCOPE])
            if not self._credentials.valid:
                self._credentials.refresh(Request())
        except TransportError:
            raise SettingsError("Google gave no access token: its server was not reached. Try again later.") from None
        except GoogleAuthError:
            raise SettingsError(
                "There are no usable credentials for Vertex AI here: run `gcloud auth application-default login`, or "
                "let GOOGLE_APPLICATION_CREDENTIALS name a service account's key file."
            ) from None
        return str(self._credentials.token)
