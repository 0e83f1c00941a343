// Search, filters, themes and copying. The page is whole without it; nothing is fetched and nothing leaves the page.
(() => {
  "use strict";
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const query = one("#query");
  const status = one("#status");
  const reset = one("#reset");
  const filters = all("[data-filter]");
  const kinds = all('input[name="kind"]');
  const kind = () => (kinds.find((it) => it.checked) || { value: "" }).value;

  // What a scope opens besides is no use of it, so it is not searched.
  const wording = (node) => {
    const besides = all(".routes", node);
    return besides.reduce((text, it) => text.replace(it.textContent, ""), node.textContent);
  };
  // One entry a row, with its words, so that typing costs no layout.
  const items = all("[data-item]").map((node) => ({
    node,
    list: node.closest("[data-items]").dataset.items,
    text: (wording(node) + " " + (node.dataset.scopes || "")).toLowerCase(),
  }));
  const groups = all("[data-group]").map((node) => ({ node, members: all("[data-item]", node) }));
  const titles = { scopes: "scopes", operations: "operations", traffic: "operations in code or traffic", undecided: "undecided calls", findings: "findings", credentials: "credentials" };

  const has = (words, word) => (words || "").split(/[ ,]+/).includes(word);
  const fits = (item, words, chosen) =>
    (!item.node.dataset.kinds || !kind() || has(item.node.dataset.kinds, kind())) &&
    words.every((word) => item.text.includes(word)) &&
    chosen.every(([name, value]) => !(name in item.node.dataset) || has(item.node.dataset[name], value));

  const highlight = (words) => {
    if (!window.Highlight || !CSS.highlights) return;
    CSS.highlights.delete("found");
    if (!words.length) return;
    const ranges = [];
    for (const item of items) {
      if (item.node.hidden || ranges.length > 2000) continue;
      const walker = document.createTreeWalker(item.node, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        if (walker.currentNode.parentElement.closest(".routes")) continue;
        const text = walker.currentNode.data.toLowerCase();
        for (const word of words) {
          for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = filters.filter((it) => it.value).map((it) => [it.dataset.filter, it.value]);
    const counts = {};
    for (const item of items) {
      const count = (counts[item.list] ||= { shown: 0, total: 0 });
      const ours = !item.node.dataset.kinds || !kind() || has(item.node.dataset.kinds, kind());
      const shown = fits(item, words, chosen);
      if (ours) count.total += 1;
      if (shown) count.shown += 1;
      if (item.node.hidden === shown) item.node.hidden = !shown;
    }
    for (const group of groups) group.node.hidden = group.members.length > 0 && group.members.every((it) => it.hidden);
    const active = words.length > 0 || chosen.length > 0;
    for (const badge of all("[data-count]")) {
      const count = counts[badge.dataset.count];
      if (!count) continue;
      badge.textContent = active && count.shown !== count.total ? `${count.shown} of ${count.total}` : `${count.total}`;
      note(badge.closest("section"), active && count.total > 0 && count.shown === 0);
    }
    reset.hidden = !active;
    document.body.classList.toggle("filtered", active);
    status.textContent = active
      ? "Showing " + Object.keys(titles).filter((it) => counts[it] && counts[it].total)
          .map((it) => `${counts[it].shown} of ${counts[it].total} ${titles[it]}`).join(", ")
      : "";
    highlight(words);
    remember(words, chosen);
  };

  const note = (section, none) => {
    let text = section.querySelector(".nothing");
    if (none && !text) {
      text = document.createElement("p");
      text.className = "empty nothing";
      text.textContent = "Nothing here fits the search.";
      section.append(text);
    }
    if (text) text.hidden = !none;
    for (const frame of all(".table-frame:not([data-group])", section)) frame.hidden = none;
  };

  // The address holds the filter, so that a view can be passed on.
  const remember = (words, chosen) => {
    const state = new URLSearchParams();
    if (words.length) state.set("q", words.join(" "));
    for (const [name, value] of chosen) state.set(name, value);
    if (kinds.length && kind() !== kinds[0].value) state.set("for", kind());
    const hash = state.toString();
    const filtered = location.hash.includes("=");
    if (hash || filtered) history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  };

  const recall = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    query.value = state.get("q") || "";
    for (const filter of filters) {
      const value = state.get(filter.dataset.filter) || "";
      filter.value = [...filter.options].some((it) => it.value === value) ? value : "";
    }
    for (const it of kinds) it.checked = it.value === (state.get("for") || kinds[0].value);
  };

  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  });
  for (const it of [...filters, ...kinds]) it.addEventListener("change", apply);
  reset.addEventListener("click", () => {
    query.value = "";
    for (const it of filters) it.value = "";
    apply();
    query.focus();
  });
  window.addEventListener("hashchange", () => {
    if (location.hash.includes("=")) {
      recall();
      apply();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      query.focus();
      query.select();
    }
    if (event.key === "Escape" && event.target === query) {
      query.value = "";
      apply();
    }
  });
  document.addEventListener("click", async (event) => {
    const find = event.target.closest("[data-find]");
    const copy = event.target.closest("[data-copy]");
    if (find) {
      query.value = query.value === find.dataset.find ? "" : find.dataset.find;
      apply();
    }
    if (copy) {
      const said = copy.textContent;
      try {
        await navigator.clipboard.writeText(copy.dataset.copy);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Copying is not allowed here";
      }
      setTimeout(() => (copy.textContent = said), 1500);
    }
  });

  // A link to an operation shows it even if the filter hides it.
  for (const link of all('a[href^="#op-"]')) {
    link.addEventListener("click", () => {
      const row = document.getElementById(link.getAttribute("href").slice(1));
      if (row && row.hidden) {
        query.value = "";
        for (const it of filters) it.value = "";
        apply();
      }
    });
  }

  const theme = one("#theme");
  const themes = ["", "light", "dark"];
  const names = { "": "as the system", light: "light", dark: "dark" };
  const marks = { "": "◐", light: "☀", dark: "☾" };
  const paint = (name) => {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
    theme.setAttribute("aria-label", "Theme: " + names[name]);
    theme.title = "Theme: " + names[name];
    theme.firstElementChild.textContent = marks[name];
  };
  const stored = () => {
    try {
      return localStorage.getItem("ddscope-theme") || "";
    } catch {
      return "";
    }
  };
  paint(themes.includes(stored()) ? stored() : "");
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme || "") + 1) % themes.length];
    paint(next);
    try {
      localStorage.setItem("ddscope-theme", next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  });

  // On paper nothing can be unfolded.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])").filter((it) => !it.querySelector(".routes"));
    for (const it of folded) it.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const it of folded) it.open = false;
  });

  if ("IntersectionObserver" in window) {
    const links = new Map(all("nav a").map((it) => [it.getAttribute("href").slice(1), it]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
      const first = [...links.keys()].find((it) => seen.has(it));
      for (const [id, link] of links) id === first ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }, { rootMargin: "-20% 0px -60% 0px" });
    for (const section of all("main section")) watch.observe(section);
  }

  recall();
  apply();
})();
