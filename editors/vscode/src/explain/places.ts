// The answer to a text from a log: the places that answer with it.
import type { AnsweringPlace, Explanation } from '../protocol';
import { html, type Html } from '../webview/html';
import { count } from '../webview/parts';
import { exit } from './way';

export function placesPage(e: Explanation, asked: string): Html {
  const places = e.places ?? [];
  return html`<header><h1>“${asked}”</h1><p class="sub">${count(places.length, 'place')} of the project ${places.length === 1 ? 'answers' : 'answer'} with this text.</p></header>
    ${places.map(placeCard)}`;
}

function placeCard(p: AnsweringPlace): Html {
  const operations = p.operations ?? [];
  return html`<article class="card"><ul class="exits plain">${exit(p, false)}</ul>
    <p>On the way of ${operations.length === 0 && 'no path operation'}${operations.map((o) => html`<button class="link" data-do="ask" data-text="${o}" data-status="${p.status}" title="Explain ${o}">${o}</button> `)}</p></article>`;
}
