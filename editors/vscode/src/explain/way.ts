// The picture of a request's way: a line from the client to the handler, with the exits beside it.
import { operationId, type Explanation, type Operation, type Outcome, type Step } from '../protocol';
import { html, type Html } from '../webview/html';
import { placeLink } from '../webview/parts';
import { shortName } from '../map/model';

/** An ordered list that style sheets draw as a line with stations; a screen reader reads it as steps. */
export function requestWay(e: Explanation, operation: Operation, status: number | undefined): Html {
  const steps = e.steps ?? [];
  return html`<ol class="way">
    <li class="end"><span class="dot" aria-hidden="true"></span><div class="station">Client sends ${operationId(operation)}</div></li>
    ${steps.map((s) => stepStation(s, status, (e.gaps ?? []).some((g) => g.file === s.file && g.range.start.line === s.line)))}
    <li class="end"><span class="dot" aria-hidden="true"></span><div class="station">Response</div></li>
  </ol>`;
}

/** unresolved: a gap stands in the same line, so that the step may answer too. */
function stepStation(s: Step, status: number | undefined, unresolved: boolean): Html {
  const outcomes = s.outcomes ?? [];
  const hit = status !== undefined && outcomes.some((o) => o.status === status);
  const layer = s.layer.replace('-', ' ');
  const name = s.name === s.layer ? undefined : placeLink(s, shortName(s.name));
  return html`<li class="step ${hit ? 'hit' : outcomes.length === 0 ? 'quiet' : ''}">
    <span class="dot" aria-hidden="true"></span>
    <div class="station"><span class="layer">${layer}</span> ${name}${hit && html`<span class="mark">can answer ${status}</span>`}${unresolved && html` <span class="tag hypothesis">not resolved</span>`}${s.note && html` <span class="sub">${s.note}</span>`}</div>
    ${outcomes.length > 0 && html`<ul class="exits">${outcomes.map((o) => exit(o, status !== undefined && o.status !== status))}</ul>`}
  </li>`;
}

/** One answer: its status, its condition, its text, and where it is made. */
export function exit(o: Outcome, other: boolean): Html {
  return html`<li class="${other ? 'other' : ''}">
    <span class="out"><span class="arrow" aria-hidden="true">→</span> ${statusBadge(o.status)}</span>
    <span><span class="when">${o.when}</span>
    ${o.detail && html`<q>${o.detail}</q>`}
    ${o.raised && html`<span class="tag">raised as ${o.raised}</span>`}${o.version && html`<span class="tag">${o.version}</span>`}
    ${o.intended === true && html`<span class="tag">on purpose</span>`}${o.intended === false && o.status >= 500 && html`<span class="tag fault">fault</span>`}${o.certainty === 'hypothesis' && html`<span class="tag hypothesis">hypothesis</span>`}
    ${placeLink(o)}${(o.through ?? []).map((h) => html`, ${h.note} ${placeLink(h)}`)}</span>
  </li>`;
}

/** A status as a coloured badge; 0 is another answer, which is not known. */
export function statusBadge(status: number): Html {
  if (status === 0) return html`<span class="status" title="Another answer; its status is not known">?</span>`;
  const colour = status >= 500 ? 's5' : status >= 400 ? 's4' : status >= 300 ? 's3' : 's2';
  return html`<span class="status ${colour}">${status}</span>`;
}
