#!/usr/bin/env python3
"""Scans an archive of recorded traffic with ddscope, in parallel, and writes one report.

Each partition of the archive is piped through `ddscope scan`; the reports of the partitions are merged in a tree. The
report is the one that a single run over the whole archive writes.

    pip install pyspark
    python audit.py --ddscope ./ddscope --output report.json 'archive/dt=2026*/*/*.json.gz'

Formats with a line per request (audit archives, access logs) are cut wherever Spark likes to; files that make sense only as a
whole (HAR, cassettes, CSV with a header) need --whole.
"""

import argparse
import os
import subprocess
import sys
import threading
from typing import Iterable, Iterator, List

from pyspark import SparkContext, SparkFiles


def run(command: List[str], chunks: Iterable[bytes]) -> bytes:
    """Pipes chunks through a command. Status 2 with a report is a partial answer, and the report says so itself."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = [], []
    readers = [
        threading.Thread(target=lambda: out.append(child.stdout.read())),
        threading.Thread(target=lambda: err.append(child.stderr.read())),
    ]
    for reader in readers:
        reader.start()
    try:
        for chunk in chunks:
            child.stdin.write(chunk)
        child.stdin.close()
    except BrokenPipeError:
        pass  # it has given up; its message says why
    for reader in readers:
        reader.join()
    if child.wait() not in (0, 1, 2) or not out[0].strip():
        raise RuntimeError(f"{' '.join(command)}: {err[0].decode(errors='replace')}")
    return out[0]


def scan(program: str, options: List[str], chunks: Iterable[bytes]) -> bytes:
    command = [SparkFiles.get(program), "scan", "--trace", "-", "--format", "json-line", *options]
    return run(command, chunks)


def scan_lines(program: str, options: List[str], lines: Iterator[str]) -> Iterator[bytes]:
    first = next(lines, None)
    if first is None:
        return  # Spark makes empty partitions; they are no recordings

    def chunks() -> Iterator[bytes]:
        yield first.encode() + b"\n"
        for line in lines:
            yield line.encode() + b"\n"

    yield scan(program, options, chunks())


def merge(program: str, *reports: bytes) -> bytes:
    return run([SparkFiles.get(program), "merge", "-", "--format", "json-line"], reports)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", help="files, as Spark takes them: folders, globs, hdfs:// and s3a:// addresses")
    parser.add_argument("--ddscope", default="ddscope", help="the program; it is sent to all workers")
    parser.add_argument("--name", default="archive", help="what the report calls the archive")
    parser.add_argument("--output", required=True, help="the report, as JSON")
    parser.add_argument("--partitions", type=int, default=16, help="at least so many")
    parser.add_argument("--whole", action="store_true", help="never cut a file")
    parser.add_argument("scan", nargs="*", help="after --: more options of `ddscope scan`, such as --since 90d")
    args = parser.parse_args()

    program = os.path.basename(args.ddscope)
    options = ["--recording", args.name, *args.scan]
    context = SparkContext(appName="ddscope")
    context.setLogLevel("ERROR")
    context.addFile(os.path.abspath(args.ddscope))
    if args.whole:
        files = context.binaryFiles(args.archive, args.partitions)
        reports = files.map(lambda file: scan(program, options, [file[1]]))
    else:
        lines = context.textFile(args.archive, args.partitions)
        reports = lines.mapPartitions(lambda part: scan_lines(program, options, part))
    report = reports.treeReduce(lambda one, other: merge(program, one, other))
    context.stop()

    final = subprocess.run([args.ddscope, "merge", "-", "--output", args.output], input=report, check=False)
    return final.returncode


if __name__ == "__main__":
    sys.exit(main())
