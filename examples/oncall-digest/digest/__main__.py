"""Usage: python -m digest TEAM SCHEDULE"""
import sys

from .api import Api
from .monitors import Watch


def main(team, schedule):
    watch, api = Watch(), Api()
    lines = [f"{monitor.overall_state}: {monitor.name}" for monitor in watch.alerting(team)]
    lines += [f"incident: {incident['attributes']['title']}" for incident in api.open_incidents()]
    for person in api.on_call(schedule):
        print(person["attributes"]["email"], *lines, sep="\n  ")
    api.mark("digest sent", "\n".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
