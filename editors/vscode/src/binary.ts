// Finds the server's program. Nothing is executed here.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';

export interface Places {
  /** The setting bearings.path; empty when it is not set, or not to be trusted. */
  readonly setting: string;
  /** The extension's own folder. */
  readonly extension: string;
  /** The variable PATH. */
  readonly searchPath: string;
}

export type Found = { readonly path: string; readonly from: 'setting' | 'extension' | 'PATH' } | { readonly path: undefined; readonly why: string };

const program = process.platform === 'win32' ? 'bearings.exe' : 'bearings';

/** Looks in the setting, then in the extension, then on PATH. A setting that leads nowhere is said, not skipped. */
export async function findBinary(places: Places): Promise<Found> {
  if (places.setting) {
    const set = expandHome(places.setting);
    if (await runnable(set)) return { path: set, from: 'setting' };
    return { path: undefined, why: `the setting bearings.path is "${places.setting}", and there is no program that can be run` };
  }
  const bundled = path.join(places.extension, 'bin', program);
  if (await runnable(bundled)) return { path: bundled, from: 'extension' };
  for (const dir of places.searchPath.split(path.delimiter)) {
    // A relative entry would let the open folder choose what runs.
    if (!path.isAbsolute(dir)) continue;
    const candidate = path.join(dir, program);
    if (await runnable(candidate)) return { path: candidate, from: 'PATH' };
  }
  return { path: undefined, why: 'this package of the extension comes without the server, bearings.path is not set, and PATH has no program named bearings' };
}

function expandHome(p: string): string {
  return p === '~' || p.startsWith('~/') ? path.join(homedir(), p.slice(1)) : p;
}

async function runnable(p: string): Promise<boolean> {
  try {
    await access(p, constants.X_OK);
    return (await stat(p)).isFile();
  } catch {
    return false;
  }
}
