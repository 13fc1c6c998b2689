// The status bar's item: state at a glance, version and counts in the tooltip, actions on a click.
import * as vscode from 'vscode';
import { STATUS, type ServerStatus } from './protocol';
import type { Server, ServerState } from './server';

const icons: Record<ServerState, string> = {
  starting: '$(loading~spin)',
  running: '$(compass)',
  stopped: '$(circle-slash)',
  missing: '$(warning)',
  failed: '$(warning)',
};

const words: Record<ServerState, string> = {
  starting: 'starting',
  running: 'running',
  stopped: 'stopped',
  missing: 'no server found',
  failed: 'not running',
};

export function showStatus(server: Server, changed: vscode.Event<void>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('bearings.status', vscode.StatusBarAlignment.Right, 50);
  item.name = 'Bearings';
  item.command = 'bearings.actions';
  const update = (): void => {
    const bad = server.state === 'missing' || server.state === 'failed';
    item.text = `${icons[server.state]} Bearings`;
    item.accessibilityInformation = { label: `Bearings: ${words[server.state]}` };
    item.backgroundColor = bad ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.tooltip = tooltip(server, undefined);
    item.show();
  };
  const count = async (): Promise<void> => {
    try {
      const status = await server.ask<ServerStatus>(STATUS);
      if (status) item.tooltip = tooltip(server, status);
    } catch {
      return; // an older server without this request: the tooltip stays without counts
    }
  };
  update();
  return vscode.Disposable.from(item, server.onDidChange(update), changed(() => void count()));
}

function tooltip(server: Server, status: ServerStatus | undefined): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown(`**Bearings** ${words[server.state]}\n\n`);
  if (server.state === 'running') text.appendText(`${server.version || 'bearings'} (${server.program})\n`);
  if (server.note) text.appendText(`${server.note}\n`);
  if (status) text.appendText(`${counts(status)}\n`);
  if (!vscode.workspace.isTrusted) text.appendText('Restricted Mode: everything works, because nothing of the project is executed.\n');
  return text;
}

function counts(s: ServerStatus): string {
  const parts = [
    s.state && s.state !== 'ready' ? s.state : '',
    s.files === undefined ? '' : plural(s.files, 'file'),
    s.operations === undefined ? '' : plural(s.operations, 'path operation'),
    s.findings === undefined ? '' : plural(s.findings, 'finding'),
    s.gaps === undefined ? '' : plural(s.gaps, 'gap'),
  ];
  return parts.filter(Boolean).join(' · ');
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
