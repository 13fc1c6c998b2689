// One finding as a card: what, effect, because, check.
import type { Evidence, Finding, Gap } from '../protocol';
import { html, type Html } from '../webview/html';
import { commandLine, placeLink } from '../webview/parts';

export function findingCard(f: Finding): Html {
  const [edits, hints] = [true, false].map((edit) => (f.fixes ?? []).filter((x) => (x.edits ?? []).length > 0 === edit).map((x) => x.title).join('; '));
  return html`<article class="card ${f.certainty === 'confirmed' ? f.severity : 'doubtful'}" id="f-${f.fingerprint}" tabindex="-1">
    <h3>${f.message}</h3>
    <p class="sub"><span class="tag ${f.certainty}">${f.certainty}</span> <span class="severity">${f.certainty === 'confirmed' ? f.severity : `${f.severity} if true`}</span> · ${f.code} · ${placeLink(at(f))}</p>
    ${f.effect?.text && html`<p><b>Effect${f.effect.certainty === 'hypothesis' && html` <span class="tag hypothesis">hypothesis</span>`}:</b> ${f.effect.text}.</p>`}
    ${evidenceList(f.evidence)}
    ${gapList(f.gaps)}
    ${assumptions(f.assumes)}
    ${f.check?.say && html`<p><b>Check:</b> ${f.check.say}.</p>`}
    ${f.check?.run && commandLine(f.check.run)}
    ${edits && html`<p><b>Quick fix at that line:</b> ${edits}.</p>`}
    ${hints && html`<p><b>To mend it:</b> ${hints}.</p>`}
  </article>`;
}

function evidenceList(evidence: readonly Evidence[] | undefined | null): Html | false {
  if (!evidence || evidence.length === 0) return false;
  return html`<p><b>Because:</b></p><ul>${evidence.map((x) => html`<li>${x.note}: ${placeLink(at(x))}</li>`)}</ul>`;
}

export function gapList(gaps: readonly Gap[] | undefined | null, title = 'Not resolved, and so not certain:'): Html | false {
  if (!gaps || gaps.length === 0) return false;
  return html`<p><b>${title}</b></p><ul>${gaps.map((g) => html`<li>${g.reason}: ${placeLink(at(g))}</li>`)}</ul>`;
}

function assumptions(assumes: readonly string[] | undefined | null): Html | false {
  if (!assumes || assumes.length === 0) return false;
  return html`<p><b>Takes for granted:</b> ${assumes.join('; ')}.</p>`;
}

function at(x: Evidence | Gap | Finding): { file: string; line: number } {
  return { file: x.file, line: x.range.start.line };
}
