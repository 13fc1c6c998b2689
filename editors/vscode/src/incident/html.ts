// The Incident view's content, from the server's answer. Pure: no editor in here. It is narrow: one thing below the other.
import type { RuledOut } from '../protocol';
import { statusBadge } from '../explain/way';
import { html, type Html } from '../webview/html';
import { commandLine, count, placeLink } from '../webview/parts';
import type { Change, GivenVerdict, Incident, IncidentAnswer, IncidentItem, ListedIncident } from './protocol';

export function incidentPage(a: IncidentAnswer): Html {
  const i = a.incident;
  return html`${i ? openPage(i) : nonePage(a.list ?? [])}
    ${(a.unreadable ?? []).map((u) => html`<p class="notice">${u}</p>`)}${i ? othersOpen(i, a.list ?? []) : undefined}`;
}

function nonePage(list: readonly ListedIncident[]): Html {
  const closed = list.filter((i) => i.closed);
  return html`<p>No incident is open.</p>
    <p class="sub">An incident keeps, in a file below .bearings, what the state was before anything was changed, what you verified, and why each change was made. No secret is ever in it.</p>
    <p><button class="big" data-do="incident.open" data-key="open">Open an Incident…</button></p>
    ${closed.length > 0 && html`<details><summary>${count(closed.length, 'closed incident')}</summary><ul>${closed.map((i) => html`<li>${title(i)}: ${i.outcome ?? ''} ${action('incident.report', 'Report', i.id)}</li>`)}</ul></details>`}`;
}

function title(i: ListedIncident | Incident): string {
  return i.operation + (i.status ? ` → ${i.status}` : '');
}

/** A button that asks the extension for a command. */
function action(what: string, label: string, text = '', hint = label): Html {
  return html`<button class="small" data-do="${what}" data-text="${text}" data-key="${what}${text}" title="${hint}">${label}</button>`;
}

function openPage(i: Incident): Html {
  const changes = i.changes ?? [];
  return html`
    <h1>${i.operation}${i.status ? html` <span class="arrow" aria-hidden="true">→</span> ${statusBadge(i.status)}` : undefined}</h1>
    <p class="sub">${i.closed ? `closed ${when(i.closed)}: ${i.outcome}` : `open since ${when(i.opened)}`}</p>
    ${i.symptom && html`<p>${i.symptom}</p>`}${i.before && html`<p class="sub">Just before: ${i.before}</p>`}
    <p class="actions">${action('incident.explain', 'Explain')} ${action('incident.note', 'Note')} ${action('incident.report', 'Report', '', 'Open the report for a colleague')} ${!i.closed && action('incident.close', 'Close', '', 'Close the incident and say how it ended')}</p>
    ${next(i)}
    ${section('changes', 'Changed since', changes.length, html`${why(changes)}${changes.length > 0 ? html`<ul class="rows">${changes.map(change)}</ul>` : html`<p class="empty">Nothing that has to do with authentication.</p>`}${(i.unseen ?? []).map((u) => html`<p class="notice">${u}</p>`)}`)}
    ${items('hypotheses', 'Hypotheses still open', i.hypotheses ?? [], 'No hypothesis is open.')}
    ${items('confirmed', 'Confirmed', i.confirmed ?? [], 'Nothing is confirmed.')}
    ${items('ruled-out', 'Ruled out by you', i.ruledOut ?? [], 'Nothing yet. Rule out what a check has refuted.')}
    ${excluded(i.excluded ?? [])}${gone(i.gone ?? [], i.vanished ?? [])}${initial(i)}${notes(i.notes ?? [])}`;
}

function section(id: string, name: string, n: number, body: Html): Html {
  return html`<section class="${id}" aria-labelledby="${id}"><h2 id="${id}">${name} <span class="count">${n}</span></h2>${body}</section>`;
}

/** What to do first, with the two answers that a check can have. */
function next(i: Incident): Html | undefined {
  const n = i.next;
  if (!n) return undefined;
  return html`<section class="next" aria-labelledby="next"><h2 id="next">${n.item ? 'Next check' : 'Next'}</h2>
    ${n.item && html`<p>${n.because} ${placeLink({ file: n.item.finding.file, line: n.item.finding.range.start.line })}</p>`}
    <p><b>${n.item ? 'Check: ' : ''}</b>${sentence(n.say)}</p>${n.run && commandLine(n.run)}
    ${!n.item && n.because && html`<p class="sub">${n.because}</p>`}
    ${n.item && answers(n.item, 'The check showed:')}</section>`;
}

function answers(x: IncidentItem, lead?: string): Html {
  const f = x.finding.fingerprint;
  const held = x.verdict && !x.stale ? x.verdict.verdict : undefined;
  const button = (verdict: string, label: string): Html => html`<button class="small" data-do="incident.verdict" data-text="${f}" data-verdict="${verdict}" data-key="${verdict}${f}" title="${label}: ${x.finding.message}">${label}</button> `;
  return html`<p class="actions">${lead && html`<span class="sub">${lead}</span> `}${held !== 'confirmed' && button('confirmed', 'Confirmed')}${held !== 'ruled-out' && button('ruled-out', 'Ruled Out')}${x.verdict && button('open', 'Take Back')}</p>`;
}

function why(changes: readonly Change[]): Html | undefined {
  const open = changes.filter((c) => c.why === '').length;
  if (open === 0) return undefined;
  return html`<p class="notice">${open === 1 ? '1 change has' : `${open} changes have`} no why yet. ${action('incident.note', 'Say Why')}</p>`;
}

function change(c: Change): Html {
  return html`<li>${c.sentence} ${c.file && placeLink({ file: c.file, line: Math.max(c.line ?? 1, 1) })}<br>${c.why ? html`<span class="sub">why: ${c.why}</span>` : html`<span class="tag hypothesis">no why yet</span>`}</li>`;
}

function items(id: string, name: string, list: readonly IncidentItem[], empty: string): Html {
  return section(id, name, list.length, list.length > 0 ? html`<ul class="rows">${list.map(item)}</ul>` : html`<p class="empty">${empty}</p>`);
}

function item(x: IncidentItem): Html {
  const f = x.finding;
  const v = x.verdict;
  return html`<li>${f.message} ${placeLink({ file: f.file, line: f.range.start.line })}
    <br><span class="sub">${f.certainty === 'confirmed' ? f.severity : `${f.severity} if true`} · ${f.code}</span>
    ${v && html`<br>${x.stale && html`<span class="tag fault">stale</span> its lines have changed since. `}<span class="sub">${words(v)}</span>`}
    ${answers(x)}</li>`;
}

function words(v: GivenVerdict): string {
  return `${v.verdict === 'ruled-out' ? 'ruled out' : v.verdict} ${when(v.at)}: ${v.because}`;
}

function excluded(list: readonly RuledOut[]): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<details><summary>Ruled out by the files <span class="count">${list.length}</span></summary><ul class="rows">${list.map((r) => html`<li>${r.cause}<br><span class="sub">because ${r.because}</span></li>`)}</ul></details>`;
}

function gone(verdicts: readonly GivenVerdict[], vanished: readonly string[]): Html | undefined {
  const n = verdicts.length + vanished.length;
  if (n === 0) return undefined;
  return section('gone', 'No longer found', n, html`<ul class="rows">${verdicts.map((v) => html`<li>${v.message}<br><span class="sub">${words(v)}</span></li>`)}${vanished.map((m) => html`<li>${m}<br><span class="sub">no verdict</span></li>`)}</ul>`);
}

function initial(i: Incident): Html {
  const s = i.initial;
  const line = (what: string, value: string | undefined | false): Html | undefined => value ? html`<li>${what}${value}</li>` : undefined;
  return html`<details><summary>Initial state</summary><ul class="rows">
    ${line('', s.revision ? `revision ${s.revision.slice(0, 10)}${s.branch ? ` on ${s.branch}` : ' (detached)'}: ${s.subject ?? ''}` : 'not in git: the state is known from this record alone')}
    ${line('not committed: ', (s.uncommitted ?? []).join(', '))}${line('FastAPI ', s.fastapi)}${line('environments: ', (s.environments ?? []).join(', '))}
    ${(s.findings ?? []).map((f) => html`<li>${f}</li>`)}</ul></details>`;
}

function notes(list: readonly { readonly at: string; readonly text: string }[]): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<details><summary>Notes <span class="count">${list.length}</span></summary><ul class="rows">${list.map((n) => html`<li>${n.text} <span class="sub">${when(n.at)}</span></li>`)}</ul></details>`;
}

function othersOpen(shown: Incident, list: readonly ListedIncident[]): Html | undefined {
  const others = list.filter((i) => !i.closed && i.id !== shown.id);
  if (others.length === 0) return undefined;
  return html`<p>Also open: ${others.map((o) => html`<button class="link" data-do="incident.show" data-text="${o.id}" title="Show ${o.id}">${title(o)}</button> `)}</p>`;
}

/** "2026-05-04 09:30 UTC", as the terminal and the record say it. */
function when(time: string): string {
  return time.replace('T', ' ').replace(/:\d\dZ$/, ' UTC');
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}
