import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { findBinary } from './binary';

const program = process.platform === 'win32' ? 'bearings.exe' : 'bearings';

function folderWithProgram(sub = ''): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'bearings-'));
  mkdirSync(path.join(dir, sub), { recursive: true });
  const file = path.join(dir, sub, program);
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return dir;
}

void test('the setting comes first, then the extension, then PATH', async () => {
  const set = folderWithProgram();
  const extension = folderWithProgram('bin');
  const onPath = folderWithProgram();
  const setting = path.join(set, program);
  assert.deepEqual(await findBinary({ setting, extension, searchPath: onPath }), { path: setting, from: 'setting' });
  assert.deepEqual(await findBinary({ setting: '', extension, searchPath: onPath }), { path: path.join(extension, 'bin', program), from: 'extension' });
  assert.deepEqual(await findBinary({ setting: '', extension: set, searchPath: onPath }), { path: path.join(onPath, program), from: 'PATH' });
});

void test('a setting that leads nowhere is an error, not a reason to run something else', async () => {
  const extension = folderWithProgram('bin');
  const found = await findBinary({ setting: '/nowhere/bearings', extension, searchPath: '' });
  assert.ok(found.path === undefined);
  assert.match(found.why, /bearings\.path is "\/nowhere\/bearings"/);
});

void test('relative entries of PATH are not searched, folders are not programs', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'bearings-'));
  mkdirSync(path.join(dir, program));
  const found = await findBinary({ setting: '', extension: '/nowhere', searchPath: ['.', '', dir].join(path.delimiter) });
  assert.ok(!found.path);
});
