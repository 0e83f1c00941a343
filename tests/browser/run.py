#!/usr/bin/env python3
"""Tries the HTML report in a real browser: search, filters, keyboard, themes, contrast, widths, no network.

    python3 -m venv /tmp/browser && /tmp/browser/bin/pip install playwright
    /tmp/browser/bin/python tests/browser/run.py [--browser /usr/bin/chromium] [--shots DIR]

Needs a browser (Debian: apt-get install chromium) and a built `ddscope` (target/debug/ddscope, or --ddscope FILE). It is not
part of `cargo test`, which needs neither.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Contrast of every visible text against what lies behind it (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((it) => it / 255)
    .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4))
    .reduce((sum, it, n) => sum + it * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (node) => {
    for (let it = node; it; it = it.parentElement) {
      const colour = rgba(getComputedStyle(it).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest(".unseen, caption, script, svg, .skip")) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className || node.tagName}: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...new Set(poor)];
}"""

VISIBLE = "id => [...document.querySelectorAll(`#${id} [data-item]`)].filter((it) => it.checkVisibility()).length"


class Checks:
    def __init__(self):
        self.failed = 0

    def that(self, what, holds, seen=""):
        print(("ok    " if holds else "FAIL  ") + what + (f"  ({seen})" if seen != "" and not holds else ""))
        self.failed += not holds


def report(ddscope, folder, name, arguments, cwd):
    path = folder / f"{name}.html"
    done = subprocess.run([ddscope, *arguments, "--format", "html", "-o", str(path)], cwd=cwd, capture_output=True, text=True)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return path.as_uri()


def tried(check, browser, scan, audit):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said, asked = [], []
    page.on("console", lambda it: said.append(it.text))
    page.on("pageerror", lambda it: said.append(str(it)))
    page.on("request", lambda it: asked.append(it.url))
    page.goto(scan)
    count = lambda id: page.evaluate(VISIBLE, id)
    whole = {id: count(id) for id in ["scopes", "operations", "undecided", "matrix"]}
    check.that("everything is shown at first", all(whole.values()), whole)

    page.keyboard.press("/")
    check.that("/ leads to the search", page.evaluate("document.activeElement.id") == "query")
    page.keyboard.type("downtime")
    page.wait_for_timeout(200)
    check.that("search narrows operations", 0 < count("operations") < whole["operations"], count("operations"))
    check.that("search narrows scopes", count("scopes") == 1, count("scopes"))
    check.that("search narrows the grid", count("matrix") == 2, count("matrix"))
    check.that("what is shown is announced", "2 of" in page.inner_text("#status"), page.inner_text("#status"))
    check.that("the address holds the search", page.url.endswith("#q=downtime"), page.url)
    page.keyboard.press("Escape")
    check.that("Escape clears it", {id: count(id) for id in whole} == whole)
    check.that("nothing is announced without a search", page.inner_text("#status") == "")

    page.fill("#query", "no such thing anywhere")
    page.wait_for_timeout(200)
    check.that("an empty result says so", "Nothing here fits" in page.inner_text("#operations"))
    page.click("#reset")
    check.that("Clear clears", {id: count(id) for id in whole} == whole)

    page.select_option('[data-filter="access"]', "write")
    check.that("access narrows scopes", count("scopes") == 1, count("scopes"))
    check.that("access narrows operations", 0 < count("operations") < whole["operations"])
    page.reload()
    check.that("a reload keeps the filter", count("scopes") == 1, count("scopes"))
    page.click("#reset")

    page.click("#scopes [data-find='monitors_read']")
    check.that("a scope finds its operations", count("operations") == 2, count("operations"))
    page.click("#reset")

    page.click("label[for=kind-oauth]")
    check.that("OAuth clients need fewer scopes here", count("scopes") == whole["scopes"] - 1, count("scopes"))
    check.that("the head speaks of OAuth clients", "OAuth client" in page.inner_text("h1:visible"))
    page.click("label[for=kind-app-key]")

    page.click("#theme")
    page.click("#theme")
    check.that("the theme can be chosen", page.evaluate("document.documentElement.dataset.theme") == "dark")
    page.reload()
    check.that("the theme is remembered", page.evaluate("document.documentElement.dataset.theme") == "dark")
    check.that("the page runs without complaints", not said, said)
    check.that("nothing is loaded", all(it.startswith(("file:", "data:")) for it in asked), asked)
    page.close()

    page = browser.new_page()
    page.goto(audit + "#severity=error")
    errors = page.evaluate("document.querySelectorAll('.finding.error').length")
    check.that("a link can name a filter", page.evaluate(VISIBLE, "findings") == errors > 0)
    page.close()

    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(scan)
    plain.click("label[for=kind-oauth]")
    check.that("the kind of credential can be chosen without scripts", plain.locator("h1:visible").inner_text().endswith("OAuth client"))
    plain.close()


def looked_at(check, browser, pages, shots):
    for scheme in ["light", "dark"]:
        for width in [390, 820, 1440]:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            for name, address in pages.items():
                page.goto(address)
                wide = page.evaluate("document.documentElement.scrollWidth")
                check.that(f"{name} fits {width} pixels, {scheme}", wide <= width, wide)
                poor = page.evaluate(CONTRAST)
                check.that(f"{name} is readable at {width}, {scheme}", not poor, poor[:5])
                if shots:
                    page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
            page.close()
    if shots:
        page = browser.new_page()
        for name, address in pages.items():
            page.goto(address)
            page.pdf(path=shots / f"{name}-print.pdf", format="A4", prefer_css_page_size=True)


def main():
    options = argparse.ArgumentParser(description="Tries the HTML report in a real browser.")
    options.add_argument("--browser", default="/usr/bin/chromium")
    options.add_argument("--ddscope", default=str(ROOT / "target/debug/ddscope"))
    options.add_argument("--shots", type=pathlib.Path)
    chosen = options.parse_args()
    if chosen.shots:
        chosen.shots.mkdir(parents=True, exist_ok=True)
    check = Checks()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        folder = pathlib.Path(folder)
        project = ROOT / "tests/fixtures/check/project"
        scan = report(chosen.ddscope, folder, "scan", ["scan", "examples/oncall-digest"], ROOT)
        audit = report(chosen.ddscope, folder, "audit", ["audit", "src", "--grant", "keys.json"], project)
        compared = report(chosen.ddscope, folder, "check", ["check"], project)
        browser = play.chromium.launch(executable_path=chosen.browser, args=["--no-sandbox"])
        tried(check, browser, scan, audit)
        looked_at(check, browser, {"scan": scan, "audit": audit, "check": compared}, chosen.shots)
        browser.close()
    print(f"{check.failed} failed" if check.failed else "all hold")
    sys.exit(1 if check.failed else 0)


main()
