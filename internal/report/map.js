"use strict";
const search = document.getElementById("search");
const openOnly = document.getElementById("open");
const count = document.getElementById("count");
const operations = Array.from(document.querySelectorAll(".operation"));

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const operation of operations) {
    const hit = words.every((word) => operation.dataset.search.includes(word)) &&
      (!openOnly.checked || operation.classList.contains("is-open"));
    operation.hidden = !hit;
    if (hit) shown++;
  }
  count.textContent = shown + " of " + operations.length;
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
  if (event.key === "/") { event.preventDefault(); search.focus(); }
  else if (event.key === "o") { openOnly.checked = !openOnly.checked; filter(); }
  else if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); move(1); }
  else if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); move(-1); }
});
filter();
