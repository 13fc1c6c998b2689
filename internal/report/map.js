"use strict";
const search = document.getElementById("search");
const openOnly = document.getElementById("open");
const count = document.getElementById("count");
const operations = Array.from(document.querySelectorAll(".operation"));
const keys = Array.from(document.querySelectorAll(".key"));
const apps = Array.from(document.querySelectorAll(".app"));
const settings = document.querySelector(".settings");

// Everything is searched; while something is, only what holds a hit is left, so that it stands at the top.
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const narrowed = words.length > 0 || openOnly.checked;
  const hit = (node) => words.every((word) => node.dataset.search.includes(word));
  let shown = 0;
  for (const operation of operations) {
    operation.hidden = !hit(operation) || openOnly.checked && !operation.classList.contains("is-open");
    if (!operation.hidden) shown++;
  }
  let found = 0;
  for (const key of keys) {
    key.hidden = openOnly.checked || !hit(key);
    if (!key.hidden) found++;
  }
  for (const app of apps) {
    app.hidden = narrowed && !app.querySelector(".operation:not([hidden])");
    app.querySelector(".parts").hidden = narrowed;
  }
  for (const rest of document.querySelectorAll(".rest")) rest.hidden = narrowed && !rest.querySelector(".key:not([hidden])");
  if (settings) settings.open = words.length > 0 && settings.querySelector(".key:not([hidden])") !== null;
  document.getElementById("none").hidden = shown + found > 0 || !narrowed;
  count.textContent = shown + " of " + operations.length + (words.length > 0 && found > 0 ? ", " + found + (found === 1 ? " key" : " keys") : "");
}

function move(step) {
  const visible = operations.filter((operation) => !operation.hidden).map((operation) => operation.firstElementChild);
  const at = visible.indexOf(document.activeElement);
  const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : at + step];
  if (next) next.focus();
}

search.addEventListener("input", filter);
openOnly.addEventListener("change", filter);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement === search) { search.value = ""; filter(); search.blur(); return; }
  if (event.key === "ArrowDown" && document.activeElement === search) { event.preventDefault(); move(1); return; }
  if (document.activeElement === search) return;
  if (event.key === "/") { event.preventDefault(); search.focus(); search.select(); }
  else if (event.key === "o") { openOnly.checked = !openOnly.checked; filter(); }
  else if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); move(1); }
  else if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); move(-1); }
});
filter();
