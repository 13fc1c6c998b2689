import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../protocol';
import { incidentPage } from './html';
import type { Incident } from './protocol';

const evil = '<img src=x onerror="alert(1)">';
const range = { start: { line: 9, column: 1 }, end: { line: 9, column: 5 } };
const finding: Finding = { code: 'key-missing', severity: 'error', certainty: 'hypothesis', message: evil, file: 'app/deps.py', range, fingerprint: 'f1' };

const incident: Incident = {
  id: '2026-05-04-get-me-401', operation: `GET /${evil}`, status: 401, symptom: evil, before: evil, opened: '2026-05-04T09:30:00Z', outcome: '',
  initial: { revision: '', branch: '', fastapi: evil, environments: [evil], findings: [evil] },
  changes: [{ sentence: `first ${evil}`, why: evil, file: 'app/deps.py', line: 3 }, { sentence: 'second', why: '' }],
  hypotheses: [{ finding, stale: true, verdict: { verdict: 'ruled-out', because: evil, at: '2026-05-04T10:00:00Z', message: evil } }],
  confirmed: [], ruledOut: null, excluded: [{ cause: evil, because: evil }], gone: [], vanished: [evil], unseen: [evil],
  next: { say: evil, run: evil, because: evil, item: { finding, stale: false } },
};

void test('nothing that the server sends becomes an element', () => {
  assert.ok(!incidentPage({ incident, unreadable: [evil], list: [{ id: 'other', operation: evil, opened: '' }] }).text.includes('<img'));
  assert.ok(!incidentPage({ incident: null, list: [{ id: 'a', operation: evil, opened: '', closed: 'x', outcome: evil }] }).text.includes('<img'));
});

void test('a change without a why is asked about, the others say theirs', () => {
  const page = incidentPage({ incident }).text;
  assert.match(page, /1 change has no why yet/);
  assert.equal(page.match(/no why yet<\/span>/g)?.length, 1);
  assert.doesNotMatch(incidentPage({ incident: { ...incident, changes: [] } }).text, /no why yet/);
});

void test('a stale verdict is marked, and both answers are offered again', () => {
  const page = incidentPage({ incident: { ...incident, next: null } }).text;
  assert.match(page, /stale/);
  assert.match(page, /data-verdict="confirmed"/);
  assert.match(page, /data-verdict="ruled-out"/);
  assert.match(page, /data-verdict="open"/);
});

void test('a verdict that holds is not offered again, and can be taken back', () => {
  const held = { finding, stale: false, verdict: { verdict: 'ruled-out' as const, because: 'x', at: '2026-05-04T10:00:00Z', message: 'm' } };
  const page = incidentPage({ incident: { ...incident, next: null, hypotheses: [], ruledOut: [held] } }).text;
  assert.doesNotMatch(page, /data-verdict="ruled-out"/);
  assert.match(page, /data-verdict="open"/);
  assert.match(page, /ruled out 2026-05-04 10:00 UTC: x/);
});

void test('without an incident it says what one is, and how to open it', () => {
  assert.match(incidentPage({}).text, /No incident is open[^]*data-do="incident.open"/);
});
