import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Explanation, Finding } from '../protocol';
import { environmentsPage } from '../env/html';
import { explainPage, statusesOf } from '../explain/html';
import { html } from './html';

const range = { start: { line: 9, column: 1 }, end: { line: 9, column: 5 } };
const evil = '<img src=x onerror="alert(1)">';

void test('values are escaped, HTML is not, nothing is nothing', () => {
  assert.equal(html`<b title="${'"\'<>&'}">${undefined}${null}${false}${0}${html`<i>x</i>`}</b>`.text, '<b title="&#34;&#39;&#60;&#62;&#38;">0<i>x</i></b>');
});

const finding: Finding = {
  code: 'token-url-unrouted', severity: 'warning', certainty: 'hypothesis', message: evil, file: evil, range, fingerprint: 'f',
  evidence: [{ file: 'a.py', range, note: evil }], gaps: [{ file: 'a.py', range, reason: evil }], assumes: [evil],
  effect: { certainty: 'hypothesis', text: evil }, check: { say: evil, run: evil }, fixes: [{ title: evil, safe: false }],
};

const explanation: Explanation = {
  operation: { kind: 'http', methods: ['GET'], path: `/${evil}`, protected: true },
  steps: [
    { layer: evil, name: evil, file: 'app/deps.py', line: 9, outcomes: [
      { status: 401, when: evil, detail: evil, certainty: 'confirmed', intended: true, file: 'app/deps.py', line: 10 },
      { status: 403, when: 'no role', certainty: 'hypothesis', intended: false },
    ] },
    { layer: 'handler', name: 'app:read', outcomes: null },
  ],
  confirmed: [finding], hypotheses: null, ruledOut: [{ cause: evil, because: evil, evidence: [] }],
};

void test('nothing that the server sends becomes an element', () => {
  assert.ok(!explainPage(explanation, 'GET /', 401).text.includes('<img'));
  assert.ok(!environmentsPage({ keys: [{ name: evil, file: evil, line: 1, loader: evil, environments: [{ environment: evil, state: 'set', reason: evil }] }] }).text.includes('<img'));
});

void test('the chosen status is marked on the way, the others step back', () => {
  const page = explainPage(explanation, 'GET /', 401).text;
  assert.match(page, /class="step hit"/);
  assert.match(page, /can answer 401/);
  assert.match(page, /<li class="other">[^]*?403/);
  assert.deepEqual(statusesOf(explanation), [401, 403]);
});

void test('a status that no step answers can still be chosen, and is said to have no findings', () => {
  const page = explainPage({ ...explanation, confirmed: [] }, 'GET /', 418).text;
  assert.match(page, /aria-pressed="true">418/);
  assert.match(page, /Nothing wrong is confirmed for status 418/);
});

void test('a step without a place is words, not a link', () => {
  assert.match(explainPage(explanation, 'GET /', undefined).text, /<span class="nowhere">read<\/span>/);
});

void test('a status that cannot occur is said, with where to look instead', () => {
  const page = explainPage({ ...explanation, impossible: [404, 418] }, 'GET /', 418).text;
  assert.match(page, /Nothing on this way answers 418/);
  assert.match(explainPage({ ...explanation, impossible: [404, 418] }, 'GET /', 401).text, /Cannot occur:[^]*404[^]*418/);
});

void test('a text from a log leads to the places that answer with it, and on to their operations', () => {
  const page = explainPage({ operation: null, places: [{ status: 401, when: 'always', certainty: 'confirmed', layer: 'dependency', file: 'a.py', line: 3, operations: ['GET /me'] }] }, evil, undefined).text;
  assert.ok(!page.includes('<img'));
  assert.match(page, /1 place of the project answers/);
  assert.match(page, /data-do="ask" data-text="GET \/me" data-status="401"/);
});
