// "Explain this status": which path operation, which status, and the panel.
import * as vscode from 'vscode';
import { currentFolder, mapsOfFolders } from '../folders';
import { EXPLAIN, questionOf, type Explanation, type Operation } from '../protocol';
import type { Server } from '../server';
import { statusesOf } from './html';
import type { ExplainPanel } from './panel';

/** How a code lens names what it is about; a plain name is understood as well. */
export interface ExplainArguments {
  readonly operation: string;
  readonly status?: number;
  /** The URI of its folder; that of the current file when absent. */
  readonly folder?: string;
}

export async function explain(server: Server, panel: ExplainPanel, given?: unknown, status?: unknown): Promise<void> {
  if (server.state !== 'running') {
    void vscode.window.showInformationMessage('Bearings: the server is not running yet.');
    return;
  }
  const known = fromArguments(given, status);
  if (known) {
    await panel.open(known.operation, known.status, known.folder ?? currentFolder()?.uri.toString() ?? '');
    return;
  }
  const picked = await pickOperation(server, 'Explain a status (1/2): which path operation?');
  if (!picked) return;
  const chosen = await pickStatus(server, picked, `Explain a status (2/2): what does ${picked.id} answer?`);
  if (chosen !== undefined) await panel.open(picked.id, chosen === 'any' ? undefined : chosen, picked.folder);
}

/** Understands "GET /me" with or without a status, and the same as an object. */
export function fromArguments(given: unknown, status: unknown): ExplainArguments | undefined {
  const whole = typeof given === 'object' && given !== null ? given as Partial<Record<keyof ExplainArguments, unknown>> : { operation: given, status };
  if (typeof whole.operation !== 'string') return undefined;
  return {
    operation: whole.operation,
    ...(typeof whole.status === 'number' ? { status: whole.status } : {}),
    ...(typeof whole.folder === 'string' ? { folder: whole.folder } : {}),
  };
}

interface Picked extends vscode.QuickPickItem {
  readonly id: string;
  readonly folder: string;
  readonly here: boolean;
}

export async function pickOperation(server: Server, title: string): Promise<Picked | undefined> {
  const here = vscode.window.activeTextEditor?.document.uri.path ?? '';
  const maps = await mapsOfFolders(server);
  // One path may be registered twice in one application; the one that is shadowed is asked about by its handler.
  const all = maps.flatMap(({ map }) => (map.apps ?? []).flatMap((app) => app.operations ?? []).map(questionOf));
  const nameOf = (o: Operation): string => (o.name && !o.question && all.filter((id) => id === questionOf(o)).length > 1 ? o.name : questionOf(o));
  const items = maps.flatMap(({ folder, map }) => (map.apps ?? []).flatMap((app) => app.operations ?? []).map((o): Picked => ({
    label: `${lockOf(o)} ${questionOf(o)}`, description: o.file ? `${o.file}:${o.line ?? 1}` : '', id: nameOf(o),
    folder: folder.uri.toString(), here: Boolean(o.file) && here.endsWith(`/${o.file ?? ''}`),
  })));
  items.sort((a, b) => Number(b.here) - Number(a.here));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Bearings: no path operation was found in the open folders.');
    return undefined;
  }
  return await pickOrAsk(items, title);
}

/** A list to pick from, where what is typed can be asked as it stands: a URL, a handler's name, a text from a log. */
function pickOrAsk(items: readonly Picked[], title: string): Promise<Picked | undefined> {
  const pick = vscode.window.createQuickPick<Picked>();
  pick.title = title;
  pick.placeholder = 'Pick one, or paste a URL, a handler\'s name, or a text from a log';
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.items = items;
  return new Promise((resolve) => {
    pick.onDidChangeValue((text) => {
      const folder = currentFolder()?.uri.toString() ?? '';
      const own: Picked[] = text.trim() === '' ? [] : [{ label: `$(search) Ask about “${text.trim()}”`, id: text.trim(), folder, here: false, alwaysShow: true }];
      pick.items = [...items, ...own];
    });
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function lockOf(o: Operation): string {
  if ((o.gaps ?? []).length > 0) return '$(question)';
  return o.protected ? '$(lock)' : '$(unlock)';
}

export async function pickStatus(server: Server, { id, folder }: Pick<Picked, 'id' | 'folder'>, title: string): Promise<number | 'any' | undefined> {
  let e: Explanation | undefined;
  try {
    e = await server.ask<Explanation>(EXPLAIN, { uri: folder, operation: id });
  } catch {
    return 'any'; // the panel says what the server answers
  }
  if (e && !e.operation) return 'any';
  const items: (vscode.QuickPickItem & { status: number | 'any' })[] = [{ label: 'Any status', status: 'any', description: 'the whole way of the request' }];
  for (const status of e ? statusesOf(e) : []) {
    const places = (e?.steps ?? []).flatMap((s) => s.outcomes ?? []).filter((o) => o.status === status).length;
    items.push({ label: String(status), status, description: `${places} place${places === 1 ? '' : 's'} can answer with it` });
  }
  return (await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true }))?.status;
}
