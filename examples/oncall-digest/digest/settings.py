"""Where Datadog is and how we get in."""
import os

SITE = os.environ.get("DD_SITE", "datadoghq.eu")
API_URL = f"https://api.{SITE}"


def headers():
    return {
        "DD-API-KEY": os.environ["DD_API_KEY"],
        "DD-APPLICATION-KEY": os.environ["DD_APP_KEY"],
    }
