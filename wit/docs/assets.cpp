#include "wit/docs/assets.h"

namespace wcomp::wit {

// Every pair of text and ground has a contrast of 4.5 : 1 at least, in both schemes.
const std::string_view docs_style = R"css(:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f8fa; --line: #d0d7de; --text: #1b1f24; --quiet: #57606a; --link: #0550ae;
  --keyword: #8250df; --focus: #0969da;
  --since: #116329; --since-ground: #dafbe1; --unstable: #6a4400; --unstable-ground: #fff3bf; --deprecated: #a40e26; --deprecated-ground: #ffebe9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --raised: #161b22; --line: #3d444d; --text: #e6edf3; --quiet: #9da7b3; --link: #79c0ff;
    --keyword: #d2a8ff; --focus: #58a6ff;
    --since: #7ee787; --since-ground: #12301d; --unstable: #f2cc60; --unstable-ground: #3a2d0b; --deprecated: #ffa198; --deprecated-ground: #42191d;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover, main p a, main li a { text-decoration: underline; text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
code, pre, .name { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9em; }
code { background: var(--raised); border-radius: 4px; padding: 0.1em 0.3em; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem 1rem; white-space: pre-wrap; margin: 0.5rem 0; }
pre code { background: none; padding: 0; font-size: 1em; }
.k { color: var(--keyword); }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--ground); padding: 0.25rem 0.5rem; z-index: 9; }
header { position: sticky; top: 0; z-index: 5; display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; padding: 0.5rem 1rem; background: var(--ground); border-bottom: 1px solid var(--line); }
header nav { flex: 1 1 12rem; min-width: 0; }
.search { position: relative; flex: 0 1 22rem; }
.search input { width: 100%; font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--quiet); border-radius: 6px; padding: 0.3rem 0.6rem; }
.search input::placeholder { color: var(--quiet); opacity: 1; }
.search ul { position: absolute; right: 0; left: 0; max-height: 70vh; overflow: auto; margin: 0.25rem 0 0; padding: 0; list-style: none; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 8px 24px rgb(0 0 0 / 0.25); }
.search li a { display: block; padding: 0.35rem 0.6rem; color: var(--text); text-decoration: none; }
.search li[aria-selected="true"] a, .search li a:hover { background: var(--raised); outline: 2px solid var(--focus); outline-offset: -2px; }
.search small { color: var(--quiet); display: block; line-height: 1.3; }
.search .none { padding: 0.35rem 0.6rem; color: var(--quiet); }
.page { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2rem; max-width: 76rem; margin: 0 auto; padding: 1rem; }
aside { position: sticky; top: 4rem; align-self: start; max-height: calc(100vh - 5rem); overflow: auto; font-size: 0.9rem; }
aside ul { list-style: none; margin: 0.25rem 0 1rem; padding: 0; }
aside li { padding: 0.1rem 0; }
aside [aria-current] { font-weight: 600; color: var(--text); }
aside summary { cursor: pointer; font-weight: 600; padding: 0.35rem 0; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.25rem 0 0.75rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: 1rem; margin: 0; }
.heading { font-weight: 600; }
section.item { margin: 1.25rem 0; padding-left: 0.75rem; border-left: 3px solid transparent; }
section.item:target { border-left-color: var(--focus); }
section.item section.item { margin-left: 0.5rem; }
.title { display: flex; gap: 0.5rem; align-items: baseline; flex-wrap: wrap; }
.kind { color: var(--quiet); font-weight: 400; }
.badge { font: 600 0.75rem/1.4 system-ui, sans-serif; border: 1px solid currentColor; border-radius: 999px; padding: 0.05rem 0.5rem; white-space: nowrap; }
.since { color: var(--since); background: var(--since-ground); }
.unstable { color: var(--unstable); background: var(--unstable-ground); }
.deprecated { color: var(--deprecated); background: var(--deprecated-ground); }
dl { margin: 0.5rem 0; }
dt { margin-top: 0.4rem; }
dd { margin: 0 0 0 1.25rem; }
dd p { margin: 0.15rem 0; }
.list { list-style: none; padding: 0; }
.list li { padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
.list p { margin: 0; color: var(--quiet); }
footer { color: var(--quiet); font-size: 0.85rem; text-align: center; padding: 2rem 1rem; }
@media (max-width: 56rem) {
  .page { display: block; }
  aside { position: static; max-height: none; border: 1px solid var(--line); border-radius: 6px; padding: 0 0.75rem; }
  header { position: static; }
  html { scroll-padding-top: 0.5rem; }
  .search { flex-basis: 100%; }
}
@media print { header, aside { display: none; } .page { display: block; } }
)css";

const std::string_view docs_script = R"js("use strict";
(() => {
  const box = document.getElementById("search"), list = document.getElementById("results");
  const root = document.documentElement.dataset.root, index = window.witIndex || [];
  document.querySelector(".search").hidden = false;
  if (!window.matchMedia("(max-width: 56rem)").matches) document.querySelector("aside details")?.setAttribute("open", "");
  let found = [], at = -1;
  const score = (name, word) => {
    const n = name.toLowerCase(), i = n.indexOf(word);
    if (i < 0) return -1;
    return n === word ? 0 : i === 0 ? 1 : /[-.:/]/.test(n[i - 1]) ? 2 : 3;
  };
  const select = (i) => {
    at = i;
    [...list.children].forEach((li, k) => li.setAttribute("aria-selected", String(k === at)));
    if (at >= 0) {
      box.setAttribute("aria-activedescendant", "result-" + at);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  };
  const show = () => {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    found = [];
    if (words.length > 0) {
      for (const entry of index) {
        const scores = words.map((w) => {
          const s = score(entry[0], w);
          return s >= 0 ? s : entry[2].toLowerCase().includes(w) ? 5 : -1;
        });
        if (scores.every((s) => s >= 0)) found.push([scores.reduce((a, b) => a + b, 0) * 100 + entry[0].length, entry]);
      }
      found.sort((a, b) => a[0] - b[0]);
      found = found.slice(0, 30).map((f) => f[1]);
      found.forEach((entry, i) => {
        const li = document.createElement("li"), a = document.createElement("a"), small = document.createElement("small");
        li.id = "result-" + i;
        li.setAttribute("role", "option");
        a.href = root + entry[3];
        a.tabIndex = -1;
        a.textContent = entry[0];
        small.textContent = entry[1] + " in " + entry[2];
        a.append(small);
        li.append(a);
        list.append(li);
      });
      if (found.length === 0) {
        const li = document.createElement("li");
        li.className = "none";
        li.textContent = "Nothing found";
        list.append(li);
      }
    }
    list.hidden = words.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    select(found.length > 0 ? 0 : -1);
  };
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
  };
  box.addEventListener("input", show);
  box.addEventListener("focus", () => { if (box.value) show(); });
  box.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" && found.length > 0) select((at + 1) % found.length);
    else if (e.key === "ArrowUp" && found.length > 0) select((at + found.length - 1) % found.length);
    else if (e.key === "Enter" && at >= 0) { close(); location.href = root + found[at][3]; }
    else if (e.key === "Escape") { box.value = ""; show(); box.blur(); }
    else return;
    e.preventDefault();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    e.preventDefault();
    box.focus();
    box.select();
  });
  document.addEventListener("click", (e) => { if (!e.target.closest(".search")) close(); });
})();
)js";

}  // namespace wcomp::wit
