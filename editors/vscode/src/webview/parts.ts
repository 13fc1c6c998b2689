// The small parts that the panels share. A button says with data-do what it wants of the extension.
import { placeOf, type MaybePlace } from '../protocol';
import { html, type Html } from './html';

/** A link to a line; plain words where there is no place in the project. */
export function placeLink(maybe: MaybePlace | undefined | null, label?: string): Html {
  const place = placeOf(maybe);
  if (!place) return html`<span class="nowhere">${label ?? 'not in this project'}</span>`;
  const where = `${place.file}:${place.line}`;
  const title = label === undefined || label === where ? `Open ${where}` : `${label}: open ${where}`;
  return html`<button class="link" data-do="open" data-file="${place.file}" data-line="${place.line}" title="${title}">${label ?? where}</button>`;
}

/** A command with the ways to take it along. The terminal only gets the text; the person presses Enter. */
export function commandLine(command: string): Html {
  return html`<div class="command"><code>${command}</code>
    <button class="small" data-do="copy" data-text="${command}" title="Copy this command">Copy</button>
    <button class="small" data-do="terminal" data-text="${command}" title="Put this command into a terminal, without running it">To Terminal</button></div>`;
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`;
}
