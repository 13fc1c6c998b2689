// The picture of a request's way: a line from the client to the handler, with the exits beside it.
import { operationId, type Explanation, type Outcome, type Step } from '../protocol';
import { html, type Html } from '../webview/html';
import { placeLink } from '../webview/parts';
import { shortName } from '../map/model';
import { statusClass } from './html';

const layerNames: Record<string, string> = {
  routing: 'routing', middleware: 'middleware', dependency: 'dependency', validation: 'validation',
  handler: 'handler', 'exception-handler': 'exception handler',
};

/** An ordered list that style sheets draw as a line with stations; a screen reader reads it as steps. */
export function requestWay(e: Explanation, status: number | undefined): Html {
  const steps = e.steps ?? [];
  return html`<ol class="way">
    <li class="end"><span class="dot" aria-hidden="true"></span><div class="station">Client sends ${operationId(e.operation)}</div></li>
    ${steps.map((s) => stepStation(s, status))}
    <li class="end"><span class="dot" aria-hidden="true"></span><div class="station">Response</div></li>
  </ol>`;
}

function stepStation(s: Step, status: number | undefined): Html {
  const outcomes = s.outcomes ?? [];
  const hit = status !== undefined && outcomes.some((o) => o.status === status);
  const layer = layerNames[s.layer] ?? s.layer;
  return html`<li class="step ${hit ? 'hit' : outcomes.length === 0 ? 'quiet' : ''}">
    <span class="dot" aria-hidden="true"></span>
    <div class="station"><span class="layer">${layer}</span> ${placeLink(s, shortName(s.name))}${hit && html`<span class="mark">can answer ${status}</span>`}</div>
    ${outcomes.length > 0 && html`<ul class="exits">${outcomes.map((o) => exit(o, status))}</ul>`}
  </li>`;
}

function exit(o: Outcome, status: number | undefined): Html {
  const other = status !== undefined && o.status !== status;
  return html`<li class="${other ? 'other' : ''}">
    <span class="arrow" aria-hidden="true">→</span> <span class="status ${statusClass(o.status)}">${o.status}</span>
    <span class="when">${o.when}</span>
    ${o.detail && html`<q>${o.detail}</q>`}
    ${o.intended === true && html`<span class="tag">on purpose</span>`}${o.intended === false && html`<span class="tag fault">not on purpose</span>`}${o.certainty === 'hypothesis' && html`<span class="tag hypothesis">hypothesis</span>`}
    ${placeLink(o)}
  </li>`;
}
