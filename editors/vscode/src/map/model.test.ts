import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App, AuthenticationMap, Dependency, Operation } from '../protocol';
import { filtersFor, filterTree } from './filter';
import { commonPrefix, treeOf, type MapNode } from './model';

const scheme: Dependency = { name: 'app.deps:oauth2', file: 'app/deps.py', line: 9, via: 'parameter', scheme: 'OAuth2PasswordBearer' };
const user: Dependency = { name: 'app.deps:get_current_user', file: 'app/deps.py', line: 12, via: 'parameter', parameter: 'user', dependencies: [scheme] };

function get(path: string, more: Partial<Operation> = {}): Operation {
  return { kind: 'http', methods: ['GET'], path, name: 'app.users:read', file: 'app/users.py', line: 9, protected: false, ...more };
}

function app(...operations: Operation[]): AuthenticationMap {
  const one: App = { name: 'app.main:app', file: 'app/main.py', line: 3, middleware: [{ class: 'CORSMiddleware', file: 'app/main.py', line: 4 }], operations };
  return { apps: [one] };
}

/** The tree as indented text. */
function drawn(nodes: readonly MapNode[], depth = 0): string[] {
  return nodes.flatMap((n) => ['  '.repeat(depth) + [n.label, n.description, n.guarding].filter(Boolean).join(' | '), ...drawn(n.children, depth + 1)]);
}

void test('an operation shows its guards, and the way of the request below it', () => {
  const tree = treeOf(app(get('/users/me', { protected: true, dependencies: [user] })));
  assert.deepEqual(drawn(tree), [
    'app.main:app | 1 path operation',
    '  /users | app/users.py',
    '    GET /users/me | get_current_user ← OAuth2PasswordBearer | protected',
    '      CORSMiddleware | middleware',
    '      get_current_user | user',
    '        OAuth2PasswordBearer | parameter',
    '      read | handler',
  ]);
});

void test('services of one folder are told apart, and a prefix that says nothing gives way to the file', () => {
  const one: App = { name: 'app.main:app', file: 'shop/app/main.py', line: 3, operations: [get('/me', { file: 'shop/app/users.py' })] };
  assert.deepEqual(drawn(treeOf({ apps: [one] })).slice(0, 2), ['app.main:app | shop · 1 of 1 open', '  users.py | shop/app']);
});

void test('nodes of services and operations that are called alike have ids of their own', () => {
  const service = (folder: string): App => ({ name: 'app.main:app', file: `${folder}/app/main.py`, line: 3, operations: [get('/me'), get('/me'), get('/me', { file: `${folder}/app/other.py` })] });
  const ids = (nodes: readonly MapNode[]): string[] => nodes.flatMap((n) => [n.id, ...ids(n.children)]);
  const all = ids(treeOf({ apps: [service('a'), service('b')] }));
  assert.equal(new Set(all).size, all.length);
});

void test('operations of the application\'s own file stand directly below it', () => {
  const tree = treeOf(app(get('/health', { file: 'app/main.py' }), get('/users/me')));
  assert.deepEqual(tree[0]?.children.map((c) => c.label), ['GET /health', '/users']);
});

void test('an operation with a gap is unresolved, even when a guard is known', () => {
  const gap = { file: 'app/main.py', range: { start: { line: 4, column: 1 }, end: { line: 4, column: 9 } }, reason: 'unknown router' };
  const tree = treeOf(app(get('/a/b', { protected: true, gaps: [gap] })));
  assert.equal(tree[0]?.children[0]?.children[0]?.guarding, 'unresolved');
});

void test('answers without lists are empty trees, not errors', () => {
  assert.deepEqual(treeOf({}), []);
  assert.deepEqual(treeOf({ apps: null }), []);
  assert.equal(treeOf({ apps: [{ name: 'a:app', file: 'a.py', line: 1 }] })[0]?.children.length, 0);
});

void test('filters keep the way to what they keep, and nothing else', () => {
  const tree = treeOf(app(get('/a/open'), get('/a/locked', { protected: true, dependencies: [user], findings: ['f'] })));
  const labels = (f: 'open' | 'findings' | 'gaps'): string[] => filterTree(tree, f).flatMap((a) => a.children.flatMap((g) => g.children.map((o) => o.label)));
  assert.deepEqual(labels('open'), ['GET /a/open']);
  assert.deepEqual(labels('findings'), ['GET /a/locked']);
  assert.deepEqual(filterTree(tree, 'gaps'), []);
  assert.deepEqual(filtersFor(tree), ['all', 'open', 'gaps', 'findings']);
  assert.deepEqual(filtersFor(treeOf(app(get('/a')))), ['all', 'open', 'gaps']);
});

void test('the common prefix consists of whole segments and is never a whole path', () => {
  assert.equal(commonPrefix(['/api/users/me', '/api/users/{name}']), '/api/users');
  assert.equal(commonPrefix(['/api/users', '/api/users/{name}']), '/api');
  assert.equal(commonPrefix(['/users', '/uses']), '/');
  assert.equal(commonPrefix(['/login/token']), '/login');
  assert.equal(commonPrefix(['/health']), '/');
  assert.equal(commonPrefix([]), '/');
});
