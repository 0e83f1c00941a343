"""What is alerting, and keeping it quiet during a deployment."""
from datetime import datetime, timedelta, timezone

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from datadog_api_client.v2.api.downtimes_api import DowntimesApi
from datadog_api_client.v2.model.downtime_create_request import DowntimeCreateRequest


class Watch:
    """One client for the life of the process."""

    def __init__(self, configuration=None):
        client = ApiClient(configuration or Configuration())
        self.monitors = MonitorsApi(client)
        self.downtimes = DowntimesApi(client)

    def alerting(self, team):
        found = self.monitors.list_monitors(group_states="alert,warn", monitor_tags=f"team:{team}")
        return [self.monitors.get_monitor(monitor.id, group_states="all") for monitor in found]

    def mute(self, service, minutes):
        end = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        return self.downtimes.create_downtime(body=downtime(service, end)).data.id

    def unmute(self, downtime_id):
        self.downtimes.cancel_downtime(downtime_id)


def downtime(service, end):
    return DowntimeCreateRequest(
        data={
            "type": "downtime",
            "attributes": {"scope": f"service:{service}", "monitor_identifier": {"monitor_tags": ["*"]}, "schedule": {"end": end}},
        }
    )
