// The table of keys and environments. Pure: no editor in here.
import type { Environments, Key, KeyInEnvironment, KeyState } from '../protocol';
import { html, type Html } from '../webview/html';
import { placeLink } from '../webview/parts';

const marks: Record<KeyState, string> = { set: '●', empty: '○', missing: '✕', default: '◐', random: '⚂', unknown: '?' };

export function environmentsPage(e: Environments): Html {
  const keys = e.keys ?? [];
  const names = [...new Set(keys.flatMap((k) => (k.environments ?? []).map((x) => x.environment)))];
  if (keys.length === 0) return html`<h1>Keys across environments</h1><p class="empty">No key or setting that matters for authentication was found.</p>`;
  return html`<header><h1>Keys across environments</h1>
    <p class="sub">Equal letters in a row are equal values. The values themselves are never shown.</p></header>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of keys and environments"><table>
      <thead><tr><th scope="col">Key</th>${names.map((n) => html`<th scope="col">${n}</th>`)}</tr></thead>
      <tbody>${keys.map((k) => row(k, names))}</tbody>
    </table></div>
    <p class="legend">${Object.entries(marks).map(([state, mark]) => html`<span class="state ${state}"><span aria-hidden="true">${mark}</span> ${state}</span> `)}</p>`;
}

function row(k: Key, names: readonly string[]): Html {
  const cells = names.map((n) => (k.environments ?? []).find((x) => x.environment === n));
  const letters = new Set(cells.map((c) => c?.same).filter(Boolean));
  return html`<tr><th scope="row">${placeLink(k, k.name)}<div class="sub">${k.loader}${letters.size > 1 && html` · <b class="differs">values differ</b>`}</div></th>${cells.map(cell)}</tr>`;
}

function cell(c: KeyInEnvironment | undefined): Html {
  if (!c) return html`<td class="empty">–</td>`;
  return html`<td><span class="state ${c.state}"><span aria-hidden="true">${marks[c.state]}</span> ${c.state}</span>${c.same && html` <span class="letter" title="Equal letters are equal values">${c.same}</span>`}<div>${c.source ? placeLink(c.source) : html`<span class="nowhere">no source</span>`}</div></td>`;
}
