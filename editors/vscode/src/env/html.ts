// The table of keys and environments. Pure: no editor in here.
import type { Environments, Gap, Key, KeyInEnvironment, KeyState } from '../protocol';
import { html, type Html } from '../webview/html';
import { placeLink } from '../webview/parts';

const marks: Record<KeyState, string> = { set: '●', empty: '○', missing: '✕', default: '◐', random: '⚂', unknown: '?' };

/** only: the name of the key that was asked for; undefined for all. */
export function environmentsPage(e: Environments, only?: string): Html {
  const keys = e.keys ?? [];
  // What signs and verifies comes first; the other settings stand below it.
  const leading = keys.filter((k) => (k.roles ?? []).length > 0);
  const others = keys.filter((k) => (k.roles ?? []).length === 0);
  return html`<header><h1>Keys across environments</h1>
    <p class="sub">Equal letters are equal values. The values themselves are never shown.${only && html` Only ${only}: <button class="link" data-do="all">show all keys</button>`}</p></header>
    ${keys.length === 0 && html`<p class="empty">No key or setting that matters for authentication was found.</p>`}
    ${table('Keys of tokens and sessions', leading)}${table(leading.length > 0 ? 'Other settings' : 'Keys and settings', others)}
    ${keys.length > 0 && legend()}${unresolved(e.gaps ?? [])}`;
}

function table(title: string, keys: readonly Key[]): Html | undefined {
  if (keys.length === 0) return undefined;
  const names = [...new Set(keys.flatMap((k) => (k.environments ?? []).map((x) => x.environment)))];
  const at = (k: Key, name: string): Html => cell(k, (k.environments ?? []).find((x) => x.environment === name));
  const keyHeads = keys.map(keyHead);
  const environmentHeads = names.map((n) => html`${n}${outside(keys, n)}`);
  // The longer list runs downwards: panels are narrow, and scroll better that way.
  const body = keys.length >= names.length
    ? rows('Key', environmentHeads, keys.map((k, i) => ({ head: keyHeads[i], cells: names.map((n) => at(k, n)) })))
    : rows('Environment', keyHeads, names.map((n, i) => ({ head: environmentHeads[i], cells: keys.map((k) => at(k, n)) })));
  return html`<section aria-label="${title}"><h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>${body}</table></div></section>`;
}

function rows(corner: string, heads: readonly Html[], lines: readonly { head: Html | undefined; cells: readonly Html[] }[]): Html {
  return html`<thead><tr><th scope="col">${corner}</th>${heads.map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
    <tbody>${lines.map((l) => html`<tr><th scope="row">${l.head}</th>${l.cells}</tr>`)}</tbody>`;
}

/** What outside the files can set variables in an environment; the same for all of its keys. */
function outside(keys: readonly Key[], name: string): Html | undefined {
  const all = keys.flatMap((k) => k.environments ?? []).filter((c) => c.environment === name);
  const who = all.find((c) => c.outside)?.outside;
  return who ? html`<div class="sub">unless set by ${who}</div>` : undefined;
}

function keyHead(k: Key): Html {
  const variables = (k.variables ?? []).filter((v) => v !== k.name);
  return html`${placeLink(k, k.name)}<div class="sub">${[k.loader, ...(k.roles ?? [])].join(' · ')}</div>
    ${variables.length > 0 && html`<div class="sub">reads ${variables.join(', ')}</div>`}
    ${(k.environments ?? []).some((c) => c.differs) && html`<div class="differs">not the same everywhere</div>`}`;
}

function cell(k: Key, c: KeyInEnvironment | undefined): Html {
  if (!c) return html`<td class="empty">–</td>`;
  const notes = [c.length && k.secret ? `${c.length} characters` : '', ...(c.properties ?? [])].filter((n) => n !== '');
  // Only of a secret is it alarming that a default or nothing is used.
  return html`<td class="${c.differs && 'odd'}"><span class="state ${k.secret === false ? 'plain' : c.state}"><span aria-hidden="true">${marks[c.state]}</span> ${c.state}</span>
    ${c.same && html`<span class="letter" title="Equal letters are equal values">${c.same}</span>`}${c.differs && html` <span class="differs">differs</span>`}
    <div>${c.source && placeLink(c.source)}</div>
    ${notes.length > 0 && html`<div class="sub">${notes.join(', ')}</div>`}
    ${c.reason && html`<div class="sub">${c.reason}</div>`}
    ${(c.shadowed ?? []).map((s) => html`<div class="sub">without effect: ${placeLink(s)}, ${s.why}</div>`)}</td>`;
}

function legend(): Html {
  return html`<p class="legend">${Object.entries(marks).map(([state, mark]) => html`<span class="state ${state}"><span aria-hidden="true">${mark}</span> ${state}</span> `)}</p>`;
}

function unresolved(gaps: readonly Gap[]): Html | undefined {
  if (gaps.length === 0) return undefined;
  return html`<section><h2>Not resolved <span class="count">${gaps.length}</span></h2>
    <ul>${gaps.map((g) => html`<li>${g.reason}: ${placeLink({ file: g.file, line: g.range.start.line })}</li>`)}</ul></section>`;
}
