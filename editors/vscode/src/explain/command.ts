// "Explain this status": which path operation, which status, and the panel.
import * as vscode from 'vscode';
import { EXPLAIN, MAP, operationId, type AuthenticationMap, type Explanation, type Operation } from '../protocol';
import type { Server } from '../server';
import { statusesOf } from './html';
import type { ExplainPanel } from './panel';

/** How a code lens names what it is about; a plain name is understood as well. */
export interface ExplainArguments {
  readonly operation: string;
  readonly status?: number;
}

export async function explain(server: Server, panel: ExplainPanel, given?: unknown, status?: unknown): Promise<void> {
  if (server.state !== 'running') {
    void vscode.window.showInformationMessage('Bearings: the server is not running yet.');
    return;
  }
  const known = fromArguments(given, status);
  if (known) {
    await panel.open(known.operation, known.status);
    return;
  }
  const operation = await pickOperation(server);
  if (!operation) return;
  const chosen = await pickStatus(server, operation);
  if (chosen !== undefined) await panel.open(operation, chosen === 'any' ? undefined : chosen);
}

export function fromArguments(given: unknown, status: unknown): ExplainArguments | undefined {
  if (typeof given === 'string') return typeof status === 'number' ? { operation: given, status } : { operation: given };
  if (typeof given !== 'object' || given === null || !('operation' in given) || typeof given.operation !== 'string') return undefined;
  return 'status' in given && typeof given.status === 'number' ? { operation: given.operation, status: given.status } : { operation: given.operation };
}

async function pickOperation(server: Server): Promise<string | undefined> {
  const map = await server.ask<AuthenticationMap>(MAP);
  const operations = (map?.apps ?? []).flatMap((app) => app.operations ?? []);
  const here = vscode.window.activeTextEditor?.document.uri.path ?? '';
  const items = operations.map((o) => ({ label: `${lockOf(o)} ${operationId(o)}`, description: o.file ? `${o.file}:${o.line ?? 1}` : '', id: operationId(o), here: Boolean(o.file) && here.endsWith(`/${o.file ?? ''}`) }));
  items.sort((a, b) => Number(b.here) - Number(a.here));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Bearings: no path operation was found in the open folder.');
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title: 'Explain a status (1/2): which path operation?', matchOnDescription: true }))?.id;
}

function lockOf(o: Operation): string {
  if ((o.gaps ?? []).length > 0) return '$(question)';
  return o.protected ? '$(lock)' : '$(unlock)';
}

async function pickStatus(server: Server, operation: string): Promise<number | 'any' | undefined> {
  const e = await server.ask<Explanation>(EXPLAIN, { operation });
  const items: (vscode.QuickPickItem & { status: number | 'any' })[] = [{ label: 'Any status', status: 'any', description: 'the whole way of the request' }];
  for (const status of e ? statusesOf(e) : []) {
    const places = (e?.steps ?? []).flatMap((s) => s.outcomes ?? []).filter((o) => o.status === status).length;
    items.push({ label: String(status), status, description: `${places} place${places === 1 ? '' : 's'} can answer with it` });
  }
  return (await vscode.window.showQuickPick(items, { title: `Explain a status (2/2): what does ${operation} answer?` }))?.status;
}
