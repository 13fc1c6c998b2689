// How a node of the map looks, and how it is read aloud.
import * as vscode from 'vscode';
import type { Guarding, MapNode, NodeKind } from './model';

const guardingIcons: Record<Guarding, vscode.ThemeIcon> = {
  protected: new vscode.ThemeIcon('lock', new vscode.ThemeColor('charts.green')),
  open: new vscode.ThemeIcon('unlock', new vscode.ThemeColor('list.warningForeground')),
  unresolved: new vscode.ThemeIcon('question', new vscode.ThemeColor('list.warningForeground')),
};

const guardingWords: Record<Guarding, string> = { protected: 'protected', open: 'open', unresolved: 'not fully resolved' };

const icons: Record<Exclude<NodeKind, 'operation'>, string> = {
  app: 'server', group: 'folder', middleware: 'layers', dependency: 'arrow-small-right', scheme: 'key',
  handler: 'symbol-method', gaps: 'question', gap: 'question', schemes: 'key',
};

export function treeItem(n: MapNode): vscode.TreeItem {
  const collapsed = n.kind === 'app' || n.kind === 'group' || n.kind === 'dependency' ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(n.label, n.children.length > 0 ? collapsed : vscode.TreeItemCollapsibleState.None);
  const findings = (n.operation?.findings ?? []).length;
  const found = findings > 0 ? `${findings} finding${findings === 1 ? '' : 's'}` : '';
  const word = n.guarding ? guardingWords[n.guarding] : '';
  item.id = n.id;
  item.contextValue = n.kind;
  // What does not fit is cut off at the end, and the side bar is narrow.
  item.description = [findings > 0 ? `⚠ ${findings}` : '', n.description].filter(Boolean).join('  ');
  item.iconPath = n.kind === 'operation' ? guardingIcons[n.guarding ?? 'unresolved'] : new vscode.ThemeIcon(icons[n.kind]);
  item.accessibilityInformation = { label: [n.label, word === n.description ? '' : word, n.description, found].filter(Boolean).join(', ') };
  item.tooltip = [n.label, word, n.description === word ? '' : n.description, found, n.place ? `${n.place.file}:${n.place.line}` : ''].filter(Boolean).join('\n');
  if (n.place && n.folder) item.command = { command: 'bearings.openPlace', title: 'Open', arguments: [n.folder, n.place.file, n.place.line] };
  return item;
}
