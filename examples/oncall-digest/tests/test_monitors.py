"""Runs against a sandbox organisation, on demand only."""
import os

import pytest
from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.monitors_api import MonitorsApi

from digest.monitors import Watch


@pytest.fixture
def monitor():
    api = MonitorsApi(ApiClient(Configuration()))
    created = api.create_monitor(body={"type": "metric alert", "query": "avg(last_5m):avg:system.load.1{*} > 100", "name": "test"})
    yield created
    api.delete_monitor(created.id)


@pytest.mark.skipif("SANDBOX" not in os.environ, reason="needs a sandbox organisation")
def test_quiet_monitor_is_not_alerting(monitor):
    assert monitor.id not in [found.id for found in Watch().alerting("sre")]
