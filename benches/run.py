#!/usr/bin/env python3
"""Prints how far each budget of the design holds, as ratios within this run.

usage: benches/run.py [--binary FILE] [--pace FILE] [--sparse FOLDER] [--dense FOLDER] [--woven FOLDER] [--trace-mib N] [--runs N]

Without --binary and --pace, both are built (`cargo build --release --bin ddscope --example pace`). Trees that are not given are
made: a monorepo of 20,000 files of which a few mention Datadog, 36 MB of client calls in six languages, and programs of objects that
hold each other, hand themselves on and put payloads together, as large programs do and generated calls do not. `rg`, `jq`,
`ast-grep` and `semgrep` are measured beside it if they are installed. Only ratios mean something, and only on a machine that is
otherwise idle: the load is printed.
"""

import argparse, json, os, pathlib, random, shutil, statistics, subprocess, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
options.add_argument("--binary")
options.add_argument("--pace")
options.add_argument("--sparse")
options.add_argument("--dense")
options.add_argument("--woven")
options.add_argument("--trace-mib", type=int, default=0, help="also run `cargo bench --bench trace` with files of N MiB")
options.add_argument("--runs", type=int, default=5)
options = options.parse_args()

CALLS = {
    "py": ("from datadog_api_client import ApiClient, Configuration\nfrom datadog_api_client.v1.api.monitors_api import MonitorsApi\n",
           "def check_{n}(name):\n    with ApiClient(Configuration()) as client:\n        api = MonitorsApi(client)\n"
           "        return api.get_monitor({n}, group_states=name)\n\n"),
    "ts": ("import {{ client, v1 }} from '@datadog/datadog-api-client';\n",
           "export async function check{n}(name: string) {{\n  const api = new v1.MonitorsApi(client.createConfiguration());\n"
           "  return await api.getMonitor({{ monitorId: {n}, groupStates: name }});\n}}\n\n"),
    "go": ("package checks\n\nimport (\n\t\"context\"\n\n\t\"github.com/DataDog/datadog-api-client-go/v2/api/datadog\"\n"
           "\t\"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1\"\n)\n",
           "func check{n}(ctx context.Context) error {{\n\tapi := datadogV1.NewMonitorsApi(datadog.NewAPIClient(datadog.NewConfiguration()))\n"
           "\t_, _, err := api.GetMonitor(ctx, {n})\n\treturn err\n}}\n\n"),
    "java": ("package checks;\nimport com.datadog.api.client.ApiClient;\nimport com.datadog.api.client.v1.api.MonitorsApi;\n",
             "class Check{n} {{\n  Object run() throws Exception {{\n    MonitorsApi api = new MonitorsApi(ApiClient.getDefaultApiClient());\n"
             "    return api.getMonitor({n}L);\n  }}\n}}\n\n"),
    "rb": ("require 'datadog_api_client'\n",
           "def check_{n}\n  api = DatadogAPIClient::V1::MonitorsAPI.new\n  api.get_monitor({n})\nend\n\n"),
    "rs": ("use datadog_api_client::datadog;\nuse datadog_api_client::datadogV1::api_monitors::{{GetMonitorOptionalParams, MonitorsAPI}};\n",
           "pub async fn check_{n}() {{\n    let api = MonitorsAPI::with_config(datadog::Configuration::new());\n"
           "    let _ = api.get_monitor({n}, GetMonitorOptionalParams::default()).await;\n}}\n\n"),
}
PLAIN = {
    "py": "class Order{n}:\n    def total(self, lines):\n        return sum(line.price * line.count for line in lines if line.kind == '{w}')\n\n",
    "ts": "export function total{n}(lines: Line[]): number {{\n  return lines.filter((l) => l.kind === '{w}').reduce((a, l) => a + l.price, 0);\n}}\n\n",
    "go": "func Total{n}(lines []Line) (sum int) {{\n\tfor _, line := range lines {{\n\t\tif line.Kind == \"{w}\" {{\n\t\t\tsum += line.Price\n\t\t}}\n\t}}\n\treturn sum\n}}\n\n",
    "java": "class Total{n} {{\n  int of(java.util.List<Line> lines) {{\n    return lines.stream().filter(l -> l.kind.equals(\"{w}\")).mapToInt(l -> l.price).sum();\n  }}\n}}\n\n",
    "rb": "class Total{n}\n  def of(lines)\n    lines.select {{ |l| l.kind == '{w}' }}.sum(&:price)\n  end\nend\n\n",
    "rs": "pub fn total_{n}(lines: &[Line]) -> u64 {{\n    lines.iter().filter(|l| l.kind == \"{w}\").map(|l| l.price).sum()\n}}\n\n",
}


def sparse(folder):
    words = ["order", "invoice", "refund", "parcel", "customer", "basket", "price", "label", "stock", "route"]
    pick = random.Random(7)
    for number in range(20_000):
        ending = pick.choice(list(PLAIN))
        path = folder / pick.choice(words) / f"{pick.choice(words)}_{number % 97}" / f"{pick.choice(words)}_{number}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(PLAIN[ending].format(n=n, w=pick.choice(words)) for n in range(pick.randrange(5, 60)))
        if number % 1000 == 0:
            head, call = CALLS[ending]
            text = head.format() + call.format(n=number) + text
        elif number % 250 == 0:
            text = ("# " if ending in ("py", "rb") else "// ") + "proxied to /api/v1/query\n" + text
        path.write_text(("package p\n" if ending == "go" else "") + text)


def dense(folder):
    for ending, (head, call) in CALLS.items():
        number = 0
        for file in range(300):
            text = head.format()
            while len(text) < 20_000:
                text += call.format(n=number)
                number += 1
            (folder / f"part{file % 20}").mkdir(exist_ok=True)
            (folder / f"part{file % 20}" / f"checks_{file}.{ending}").write_text(text)


# Per language: what a program has once, and a module of which it has many. A module's parts keep their owner, make helpers that they
# hand themselves to, and build what the one client of the program sends.
WOVEN = {
    "py": (
        "client", """import os
import requests


class Client:
    def __init__(self, settings):
        self.settings = settings
        self.base = settings.get("url", "https://api.datadoghq.com")

    def submit(self, part, path, body):
        headers = {"DD-API-KEY": os.environ["DD_API_KEY"], "X-Part": part.label()}
        return requests.post(f"{self.base}/api/v1/{path}", json=body, headers=headers)
""",
        """from client import Client


class Owner_N:
    def __init__(self, settings):
        self.settings = settings
        self.client = Client(settings)
        self.parts = [Part_N(self, kind, settings) for kind in ("event", "check", "metric")]

    def tags(self, item):
        return [f"team:{item.team}", f"kind:{item.kind}", f"owner:{self.settings['owner']}"] + item.tags

    def run(self, items):
        for part in self.parts:
            for item in items:
                part.send(item)


class Part_N:
    def __init__(self, owner, kind, settings):
        self.owner = owner
        self.kind = kind
        self.settings = settings
        self.helper = Helper_N(self)

    def label(self):
        return f"{self.kind}-{self.owner.settings['owner']}"

    def payload(self, item):
        body = {"title": item.title, "text": self.helper.text(item), "tags": self.owner.tags(item)}
        body["meta"] = {"part": self.label(), "more": self.helper.more(item, body)}
        if item.parent:
            body["parent"] = self.payload(item.parent)
        return body

    def send(self, item):
        if self.settings.get("dry"):
            return self.helper.show(self, item)
        return self.owner.client.submit(self, "events", self.payload(item))


class Helper_N:
    def __init__(self, part):
        self.part = part
        self.seen = {}

    def text(self, item):
        return "\\n".join([item.title, self.part.label(), self.part.owner.settings["owner"]])

    def more(self, item, body):
        self.seen[item.title] = {"body": body, "by": self.part, "helper": self}
        return {"seen": self.seen, "tags": body["tags"]}

    def show(self, part, item):
        return part.payload(item), self.more(item, part.payload(item))
"""),
    "ts": (
        "client", """export class Client {
  private base: string;
  constructor(private settings: any) {
    this.base = settings.url ?? 'https://api.datadoghq.com';
  }
  async submit(part: any, path: string, body: any) {
    const headers = { 'DD-API-KEY': process.env.DD_API_KEY!, 'X-Part': part.label() };
    return fetch(`${this.base}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }
}
""",
        """import { Client } from './client';

export class Owner_N {
  client: Client;
  parts: Part_N[];
  constructor(public settings: any) {
    this.client = new Client(settings);
    this.parts = ['event', 'check', 'metric'].map((kind) => new Part_N(this, kind, settings));
  }
  tags(item: any) {
    return [`team:${item.team}`, `kind:${item.kind}`, `owner:${this.settings.owner}`, ...item.tags];
  }
  async run(items: any[]) {
    for (const part of this.parts) {
      for (const item of items) {
        await part.send(item);
      }
    }
  }
}

export class Part_N {
  helper: Helper_N;
  constructor(public owner: Owner_N, public kind: string, public settings: any) {
    this.helper = new Helper_N(this);
  }
  label() {
    return `${this.kind}-${this.owner.settings.owner}`;
  }
  payload(item: any): any {
    const body: any = { title: item.title, text: this.helper.text(item), tags: this.owner.tags(item) };
    body.meta = { part: this.label(), more: this.helper.more(item, body) };
    if (item.parent) {
      body.parent = this.payload(item.parent);
    }
    return body;
  }
  async send(item: any) {
    if (this.settings.dry) {
      return this.helper.show(this, item);
    }
    return this.owner.client.submit(this, 'events', this.payload(item));
  }
}

export class Helper_N {
  seen: Record<string, any> = {};
  constructor(public part: Part_N) {}
  text(item: any) {
    return [item.title, this.part.label(), this.part.owner.settings.owner].join(' ');
  }
  more(item: any, body: any) {
    this.seen[item.title] = { body, by: this.part, helper: this };
    return { seen: this.seen, tags: body.tags };
  }
  show(part: Part_N, item: any) {
    return [part.payload(item), this.more(item, part.payload(item))];
  }
}
"""),
}


def woven(folder):
    for ending, (name, once, module) in WOVEN.items():
        (folder / ending).mkdir()
        (folder / ending / f"{name}.{ending}").write_text(once)
        for number in range(120):
            (folder / ending / f"owner_{number}.{ending}").write_text(module.replace("_N", str(number)))


def measure(*command, ok=(0, 1)):
    """Median wall seconds of some runs, after one that warms the cache; None if it cannot run."""
    if shutil.which(command[0]) is None:
        return None
    times = []
    for _ in range(options.runs + 1):
        begin = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if ended.returncode not in ok:
            print(f"  {command[0]}: exit status {ended.returncode}: {ended.stderr[-200:].decode(errors='replace')}")
            return None
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def row(what, figure, budget, holds):
    print(f"| {what} | {figure} | {budget} | {'yes' if holds else 'no'} |", flush=True)


def beside(what, seconds, ours):
    print(f"|   {what} | {'not installed' if seconds is None else f'{seconds:.3f} s, {seconds / ours:.2f} × ours'} | | |", flush=True)


def main():
    binary, pace = options.binary, options.pace
    if not (binary and pace):
        subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "ddscope", "--example", "pace"], cwd=ROOT, check=True)
        binary = binary or str(ROOT / "target/release/ddscope")
        pace = pace or str(ROOT / "target/release/examples/pace")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n\n| work | figure | budget | holds |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        trees = {"sparse": options.sparse, "dense": options.dense, "woven": options.woven}
        for kind, make in (("sparse", sparse), ("dense", dense), ("woven", woven)):
            if trees[kind] is None:
                trees[kind] = work / kind
                trees[kind].mkdir()
                make(trees[kind])
        scan = [binary, "scan", "--format", "json", "--no-progress"]

        ours = measure(*scan, str(trees["sparse"]))
        rg = measure("rg", "-l", "datadog|/api/v[12]/", str(trees["sparse"]))
        if ours and rg:
            row("sparse tree", f"{ours:.3f} s, {ours / rg:.2f} × rg", "≤ 2 × rg", ours <= 2 * rg)
        beside("rg", rg, ours)

        ours = measure(*scan, str(trees["dense"]))
        parsed = [json.loads(subprocess.check_output([pace, "parse", str(trees["dense"])])) for _ in range(options.runs)]
        plain = statistics.median(one["seconds"] for one in parsed)
        rate = parsed[0]["bytes"] / ours / 1e6
        row("dense tree", f"{rate:.1f} MB/s, {ours / plain:.2f} × parsing alone", "≥ 15 MB/s on 2 cores", rate >= 15)
        beside("parsing alone", plain, ours)
        beside("ast-grep, one pattern, Python only", measure("ast-grep", "run", "-l", "python", "-p", "$A.get_monitor($$$)", str(trees["dense"])), ours)
        rules = work / "rule.yml"
        rules.write_text("rules:\n- {id: a, languages: [python], severity: INFO, message: a, pattern: $A.get_monitor(...)}\n")
        beside("semgrep, one pattern, Python only", measure("semgrep", "scan", "--metrics=off", "--disable-version-check", "--quiet", f"--config={rules}", str(trees["dense"])), ours)

        ours = measure(*scan, str(trees["woven"]))
        parsed = [json.loads(subprocess.check_output([pace, "parse", str(trees["woven"])])) for _ in range(options.runs)]
        plain = statistics.median(one["seconds"] for one in parsed)
        row("woven program", f"{ours:.3f} s, {ours / plain:.2f} × parsing alone", "≤ 1.6 × parsing alone", ours <= 1.6 * plain)

        solved = json.loads(subprocess.check_output([pace, "solve"]))["seconds"]
        row("solve, all operations", f"{solved * 1000:.1f} ms", "≤ 10 ms", solved <= 0.010)
        explained = measure(binary, "explain", "monitors_read")
        row("explain monitors_read", f"{explained * 1000:.1f} ms", "≤ 10 ms", explained <= 0.010)
        beside("/bin/true", measure("true"), explained)
    if options.trace_mib:
        print(f"\nRecorded traffic (≥ 500 MB/s for HAR, ≥ 600 MB/s for lines, ≤ 64 MiB):\n", flush=True)
        environment = dict(os.environ, DDSCOPE_BENCH_MIB=str(options.trace_mib))
        subprocess.run(["cargo", "bench", "--bench", "trace"], cwd=ROOT, env=environment, check=True)


main()
