#!/usr/bin/env python3
"""Makes seeds of a target from the fixtures of the tests: seeds.py TARGET FOLDER

Without FUZZ_SUBJECT, an input begins with a byte that picks the language or format, in the order of `subjects` in
src/targets.rs; every file is then given to every subject that might read it.
"""

import hashlib, os, pathlib, re, sys

target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
root = pathlib.Path(__file__).resolve().parent.parent
fixtures = root / "tests/fixtures"
text = (root / "src/trace.rs").read_text()
only = os.environ.get("FUZZ_SUBJECT")
# As in `FRONT_ENDS`, by their first endings, and what `subjects` adds.
endings = ["cs", "Dockerfile", "Makefile", "yml", "go", "java", "kt", "php", "rb", "py", "rs", "sh", "ts", "ipynb", "js", "tsx"]
order = [line.split("::")[0] for line in re.findall(r"&(\w+::\w+),", (root / "src/source.rs").read_text())]
assert len(order) + 3 == len(endings) or target not in ("front_end", "scan"), "a language was added: name its ending here"


def fits(path, ending):
    return path.name.endswith("." + ending) or path.name == ending


def seeds():
    if target in ("front_end", "scan"):
        for number, ending in enumerate(endings):
            for path in (fixtures / "source").rglob("*"):
                if path.is_file() and fits(path, ending):
                    yield number, ending, path
    elif target == "trace":
        formats = re.findall(r"&(\w+)::\w+,", text)
        for path in (fixtures / "trace").iterdir():
            for number, name in enumerate(formats):
                yield number, name, path
    elif target == "recording":
        for path in (fixtures / "trace").iterdir():
            yield None, "", path
    elif target == "infra":
        for path in (fixtures / "infra").rglob("*"):
            if path.is_file():
                yield None, "", path
    elif target == "grants":
        for path in (fixtures / "grants").iterdir():
            for number in range(3):
                yield number, "", path
    elif target == "config":
        for path in (fixtures / "check").rglob("*"):
            if path.suffix in (".toml", ".json"):
                yield int(path.suffix == ".json"), "", path
    elif target == "catalog":
        for path in (fixtures / "catalog").rglob("*"):
            if path.is_file():
                for number in range(5):
                    yield number, "", path


for number, subject, path in seeds():
    if only and subject and subject != only and target != "trace":
        continue
    data = path.read_bytes()[:16384]
    if not only and number is not None:
        data = bytes([number]) + data
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
