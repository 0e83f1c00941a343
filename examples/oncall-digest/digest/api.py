"""The few endpoints that we call without the client."""
import requests

from . import settings


class Api:
    def __init__(self, base=settings.API_URL):
        self.base = base
        self.session = requests.Session()
        self.session.headers.update(settings.headers())

    def _get(self, path, **params):
        response = self.session.get(self.base + path, params=params, timeout=10)
        response.raise_for_status()
        return response.json()

    def on_call(self, schedule):
        return self._get(f"/api/v2/on-call/schedules/{schedule}/on-call")["data"]

    def open_incidents(self):
        return self._get("/api/v2/incidents/search", query="state:active")["data"]

    def mark(self, title, text):
        url = f"{self.base}/api/v1/events"
        self.session.post(url, json={"title": title, "text": text, "tags": ["source:oncall-digest"]}, timeout=10)

    def raw(self, method, version, resource):
        """For the debugging shell."""
        return self.session.request(method, f"{self.base}/api/{version}/{resource}", timeout=10).json()
