"""Webhooks of a project: what Label Studio calls when something happens there."""

from typing import Any

from backend.adapters.label_studio.http import LabelStudioHttp


class StudioWebhooks:
    """A part of LabelStudioClient."""

    http: LabelStudioHttp

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
