// The table of keys and environments. Pure: no editor in here.
import type { Environments, Key, KeyInEnvironment, KeyState } from '../protocol';
import { html, type Html } from '../webview/html';
import { placeLink } from '../webview/parts';

const marks: Record<KeyState, string> = { set: '●', empty: '○', missing: '✕', default: '◐', random: '⚂', unknown: '?' };

export function environmentsPage(e: Environments): Html {
  const keys = e.keys ?? [];
  const names = [...new Set(keys.flatMap((k) => (k.environments ?? []).map((x) => x.environment)))];
  const gaps = e.gaps ?? [];
  return html`<header><h1>Keys across environments</h1>
    <p class="sub">Equal letters in a row are equal values. The values themselves are never shown.</p></header>
    ${keys.length === 0 ? html`<p class="empty">No key or setting that matters for authentication was found.</p>` : table(keys, names)}
    ${gaps.length > 0 && html`<section><h2>Not resolved <span class="count">${gaps.length}</span></h2><ul>${gaps.map((g) => html`<li>${g.reason}: ${placeLink({ file: g.file, line: g.range.start.line })}</li>`)}</ul></section>`}`;
}

function table(keys: readonly Key[], names: readonly string[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of keys and environments"><table>
      <thead><tr><th scope="col">Key</th>${names.map((n) => html`<th scope="col">${n}</th>`)}</tr></thead>
      <tbody>${keys.map((k) => row(k, names))}</tbody>
    </table></div>
    <p class="legend">${Object.entries(marks).map(([state, mark]) => html`<span class="state ${state}"><span aria-hidden="true">${mark}</span> ${state}</span> `)}</p>`;
}

function row(k: Key, names: readonly string[]): Html {
  const cells = names.map((n) => (k.environments ?? []).find((x) => x.environment === n));
  const words = [k.loader, ...(k.roles ?? [])];
  const variables = (k.variables ?? []).filter((v) => v !== k.name);
  return html`<tr><th scope="row">${placeLink(k, k.name)}<div class="sub">${words.join(' · ')}</div>
    ${variables.length > 0 && html`<div class="sub">reads ${variables.join(', ')}</div>`}
    ${cells.some((c) => c?.differs) && html`<div class="differs">not the same everywhere</div>`}</th>${cells.map(cell)}</tr>`;
}

function cell(c: KeyInEnvironment | undefined): Html {
  if (!c) return html`<td class="empty">–</td>`;
  const notes = [c.length ? `${c.length} characters` : '', ...(c.properties ?? [])].filter((n) => n !== '');
  return html`<td class="${c.differs && 'odd'}"><span class="state ${c.state}"><span aria-hidden="true">${marks[c.state]}</span> ${c.state}</span>
    ${c.same && html`<span class="letter" title="Equal letters are equal values">${c.same}</span>`}${c.differs && html` <span class="differs">differs</span>`}
    <div>${c.source && placeLink(c.source)}</div>
    ${notes.length > 0 && html`<div class="sub">${notes.join(', ')}</div>`}
    ${c.reason && html`<div class="sub">${c.reason}</div>`}
    ${(c.shadowed ?? []).map((s) => html`<div class="sub">without effect: ${placeLink(s)}, ${s.why}</div>`)}
    ${c.outside && html`<div class="sub">unless ${c.outside} sets it</div>`}</td>`;
}
