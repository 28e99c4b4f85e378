"""The backends and webhooks of a project in Label Studio, and whether Label Studio would call an address."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.adapters.label_studio.http import LabelStudioHttp, Refused
from backend.domain.urls import public_url


class StudioBackends:
    """A part of LabelStudioClient."""

    http: LabelStudioHttp

    def backends(self, project: int) -> list[Mapping[str, Any]]:
        """Connected backends; Label Studio asks the first one. This makes Label Studio call each of them."""
        return list(self.http.call("GET", "api/ml/", project=project))

    def check_address(self, url: str) -> str:
        """Whether Label Studio would call a backend at `url`, for people. Raises StudioError if its guard refuses.

        A backend without a project is never created, but its address is checked first.
        """
        try:
            self.http.call("POST", "api/ml/", body={"url": url})
        except Refused as error:
            if error.status != 400:
                raise
        return f"Label Studio may call {public_url(url)}"

    def connect(self, backend: Mapping[str, Any]) -> Mapping[str, Any]:
        """Connects a backend: {project, url, title, is_interactive, auth_method, basic_auth_user, basic_auth_pass}."""
        answer: Mapping[str, Any] = self.http.call("POST", "api/ml/", body=dict(backend))
        return answer

    def update_backend(self, backend_id: int, backend: Mapping[str, Any]) -> None:
        """`backend` must repeat url and project; otherwise Label Studio answers 500."""
        self.http.call("PATCH", f"api/ml/{backend_id}", body=dict(backend))

    def disconnect(self, project: int, backends: Iterable[Mapping[str, Any]]) -> None:
        """Removes backends and the webhooks that they leave behind."""
        urls = set()
        for backend in backends:
            urls.add(str(backend["url"]).rstrip("/") + "/webhook")
            self.http.call("DELETE", f"api/ml/{backend['id']}")
        for webhook in self.http.call("GET", "api/webhooks/", project=project):
            if webhook["url"] in urls:
                self.http.call("DELETE", f"api/webhooks/{webhook['id']}/")

    def set_webhook(self, project: int, url: str, action: str, headers: dict[str, str]) -> None:
        """Has Label Studio call `url` after `action`, with these headers and without a payload; in place of another
        webhook to the same address."""
        self.remove_webhook(project, url)
        hook: dict[str, Any] = {"project": project, "url": url, "actions": [action], "headers": headers}
        body = {**hook, "send_for_all_actions": False, "send_payload": False, "is_active": True}
        self.http.call("POST", "api/webhooks/", body=body)

    def remove_webhook(self, project: int, url: str) -> None:
        """Nothing where there is none. `url`: the address, or the end of it."""
        for webhook in self.http.call("GET", "api/webhooks/", project=project):
            if str(webhook["url"]).endswith(url):
                self.http.call("DELETE", f"api/webhooks/{webhook['id']}/")
