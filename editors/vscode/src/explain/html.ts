// The Explain panel's content, from the server's answer. Pure: no editor in here.
import { questionOf, type Explanation, type Operation, type RuledOut } from '../protocol';
import { html, type Html } from '../webview/html';
import { count, placeLink } from '../webview/parts';
import { findingCard, gapList } from './finding';
import { placesPage } from './places';
import { requestWay, statusBadge } from './way';

/** asked: the question as it was put. status: the one that is looked into; undefined for all. */
export function explainPage(e: Explanation, asked: string, status: number | undefined): Html {
  return e.operation ? operationPage(e, e.operation, status) : placesPage(e, asked);
}

function operationPage(e: Explanation, o: Operation, status: number | undefined): Html {
  const confirmed = e.confirmed ?? [];
  const hypotheses = e.hypotheses ?? [];
  const ruledOut = e.ruledOut ?? [];
  const what = status === undefined ? 'this path operation' : `status ${status}`;
  return html`
    <header>
      <h1>${questionOf(o)}${status !== undefined && html` <span class="arrow" aria-hidden="true">→</span> ${statusBadge(status)}`}</h1>
      <p class="sub">${placeLink(o)} · ${o.protected ? 'protected' : 'open'} · ${count(confirmed.length, 'confirmed finding')}, ${hypotheses.length === 1 ? '1 hypothesis' : `${hypotheses.length} hypotheses`}, ${ruledOut.length} ruled out</p>
      ${e.note && html`<p>${e.note}.</p>`}${others(e.others ?? [])}
      ${answer(e)}${statusChoice(e, status)}
      <p><button class="small" data-do="incident" data-key="incident" title="Record the state before anything is changed">Open an Incident…</button></p>
    </header>
    <section aria-labelledby="way"><h2 id="way">The request's way</h2>${requestWay(e, o, status)}${impossible(e, status)}</section>
    ${list('confirmed', 'Confirmed', `Nothing wrong is confirmed for ${what} from the files.`, confirmed.map(findingCard))}
    ${list('hypotheses', 'Hypotheses', `No hypothesis for ${what}.`, hypotheses.map(findingCard))}
    ${list('ruled-out', 'Ruled out', 'Nothing could be ruled out.', ruledOut.map(ruledOutCard))}`;
}

/** What to know first, with the way to its card. */
function answer(e: Explanation): Html | undefined {
  const a = e.answer;
  if (!a) return undefined;
  const f = [...(e.confirmed ?? []), ...(e.hypotheses ?? [])].find((x) => x.fingerprint === a.fingerprint);
  return html`<p class="verdict answer ${f?.certainty === 'confirmed' && f.severity}"><b>${a.lead}:</b> ${a.text}${f ? html` ${placeLink({ file: f.file, line: f.range.start.line })} <button class="link" data-do="jump" data-to="f-${a.fingerprint ?? ''}" data-key="jump" title="Go to its evidence and its check">Evidence and check ↓</button>` : '.'}</p>`;
}

/** The statuses that the steps can answer with, in order. */
export function statusesOf(e: Explanation): number[] {
  const all = (e.steps ?? []).flatMap((s) => (s.outcomes ?? []).map((o) => o.status)).filter((s) => s !== 0);
  return [...new Set(all)].sort((a, b) => a - b);
}

function statusChoice(e: Explanation, chosen: number | undefined): Html {
  const statuses = statusesOf(e);
  if (chosen !== undefined && !statuses.includes(chosen)) statuses.push(chosen);
  const button = (value: string, label: string, pressed: boolean): Html =>
    html`<button class="chip" data-do="status" data-status="${value}" data-key="status-${value}" aria-pressed="${String(pressed)}">${label}</button>`;
  return html`<div class="chips" role="group" aria-label="Status to explain">${button('', 'Any status', chosen === undefined)}${statuses.map((s) => button(String(s), String(s), s === chosen))}</div>`;
}

function others(names: readonly string[]): Html | undefined {
  if (names.length === 0) return undefined;
  return html`<p>Not the one that was meant? ${names.map((n) => html`<button class="link" data-do="ask" data-text="${n}" title="Explain ${n}">${n}</button> `)}</p>`;
}

/** What cannot occur, and what keeps that from being certain. */
function impossible(e: Explanation, status: number | undefined): Html | undefined {
  const statuses = e.impossible ?? [];
  const gaps = e.gaps ?? [];
  if (status !== undefined && statuses.includes(status)) return html`<p class="verdict">Nothing on this way answers ${status}. If that is what you see, another program answers: look at what stands before the application.</p>`;
  return html`${statuses.length > 0 && html`<p>Cannot occur: ${statuses.map((s) => html`${statusBadge(s)} `)}<span class="sub">nothing on the way answers with ${statuses.length === 1 ? 'it' : 'them'}</span></p>`}
    ${gapList(gaps, 'Not resolved; it may answer too:')}`;
}

function list(id: string, title: string, empty: string, cards: readonly Html[]): Html {
  return html`<section class="${id}" aria-labelledby="${id}"><h2 id="${id}">${title} <span class="count">${cards.length}</span></h2>${cards.length > 0 ? cards : html`<p class="empty">${empty}</p>`}</section>`;
}

function ruledOutCard(r: RuledOut): Html {
  const evidence = (r.evidence ?? []).map((x) => html`<li>${x.note} ${placeLink({ file: x.file, line: x.range.start.line })}</li>`);
  return html`<article class="ruled"><h3><span aria-hidden="true">✗</span> <span class="spoken">It is not that </span>${r.cause}</h3>
    <p>because ${r.because}</p>${evidence.length > 0 && html`<ul class="inline">${evidence}</ul>`}</article>`;
}
