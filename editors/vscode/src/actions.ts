// What a person can do about the server: the status item's menu, and the message when it is missing.
import * as vscode from 'vscode';
import type { Server } from './server';

interface Action extends vscode.QuickPickItem {
  readonly run: () => unknown;
}

const command = (label: string, id: string, ...args: unknown[]): Action => ({ label, run: () => vscode.commands.executeCommand(id, ...args) });

export async function showActions(server: Server): Promise<void> {
  const useful: Action[] = server.state === 'running'
    ? [
        command('$(compass) Explain a status…', 'bearings.explain'),
        command('$(list-tree) Authentication map', 'bearings.showMap'),
        command('$(table) Keys across environments', 'bearings.showEnvironments'),
      ]
    : [];
  const always = [
    command('$(debug-restart) Restart server', 'bearings.restart'),
    command('$(output) Show log', 'bearings.showLog'),
    command('$(gear) Settings', 'workbench.action.openSettings', '@ext:bearings.bearings'),
    command('$(book) Get started', 'bearings.openWalkthrough'),
  ];
  const title = server.state === 'running' ? `${server.version} · running` : `Bearings: ${server.state}${server.note ? `, ${server.note}` : ''}`;
  const chosen = await vscode.window.showQuickPick([...useful, ...always], { title });
  await chosen?.run();
}

/** A server that crashed once is started again at once; only one that stays away is worth a message. */
const patienceMilliseconds = 1500;

/** Says once for each new reason why there is no server, with the ways out. */
export function explainMissing(server: Server): vscode.Disposable {
  let said = '';
  const bad = (): boolean => server.state === 'missing' || server.state === 'failed';
  return server.onDidChange(() => {
    if (!bad()) return;
    setTimeout(() => {
      if (!bad() || said === server.note) return;
      said = server.note;
      void tell(server);
    }, patienceMilliseconds);
  });
}

async function tell(server: Server): Promise<void> {
  const missing = server.state === 'missing';
  const text = missing ? `Bearings has no server to start: ${server.note}.` : `The Bearings server is not running: ${server.note}.`;
  const ways: Record<string, Action> = missing
    ? { 'Set the Path': command('', 'workbench.action.openSettings', 'bearings.path'), 'How to Get It': command('', 'bearings.openWalkthrough') }
    : { Restart: command('', 'bearings.restart'), 'Show Log': command('', 'bearings.showLog') };
  const choice = await vscode.window.showErrorMessage(text, ...Object.keys(ways));
  if (choice) await ways[choice]?.run();
}
