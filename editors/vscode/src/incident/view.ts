// The Incident view in the side bar, and the quiet item in the status bar that asks for the why.
import * as vscode from 'vscode';
import { Page, type Message } from '../webview/page';
import { incidentPage } from './html';
import type { Incidents } from './state';

export class IncidentView implements vscode.WebviewViewProvider {
  private page: Page | undefined;
  private view: vscode.WebviewView | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly incidents: Incidents,
  ) {
    incidents.onDidChange(() => { this.refresh(); });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.page = new Page(view.webview, this.context.extensionPath, 'Incident', (m) => { this.act(m); });
    view.onDidDispose(() => { this.page = this.view = undefined; });
    this.refresh();
    void this.incidents.refresh();
  }

  private refresh(): void {
    if (!this.page || !this.view) return;
    this.page.folder = this.incidents.folder;
    this.page.show(incidentPage(this.incidents.answer));
    const n = this.incidents.uncovered.length;
    this.view.badge = n > 0 ? { value: n, tooltip: `${n} change${n === 1 ? '' : 's'} without a why` } : undefined;
  }

  /** Every button of the page is a command. */
  private act(m: Message): void {
    const { answer, folder } = this.incidents;
    if (m.do === 'incident.explain' && answer.incident) {
      const { operation, status } = answer.incident;
      void vscode.commands.executeCommand('bearings.explain', { operation, folder, ...(status ? { status } : {}) });
    } else if (m.do === 'incident.show') {
      void this.incidents.show(m.text ?? '');
    } else if (m.do === 'incident.verdict') {
      void vscode.commands.executeCommand('bearings.verdict', { uri: folder, fingerprint: m.text, verdict: m.verdict });
    } else {
      void vscode.commands.executeCommand(`bearings.${m.do}`, m.text === '' ? undefined : m.text);
    }
  }
}

/** Shows which incident is open. When changes have no why it asks, and waits: nothing opens by itself. */
export function showIncidentStatus(incidents: Incidents): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('bearings.incident', vscode.StatusBarAlignment.Right, 49);
  item.name = 'Bearings: incident';
  const update = (): void => {
    const i = incidents.answer.incident;
    if (!i || i.closed) {
      item.hide();
      return;
    }
    const n = incidents.uncovered.length;
    const title = i.operation + (i.status ? ` → ${i.status}` : '');
    const ask = `Why? ${n} change${n === 1 ? '' : 's'}`;
    item.text = n > 0 ? `$(question) ${ask}` : `$(pulse) ${title}`;
    item.command = n > 0 ? 'bearings.incident.note' : 'bearings.incident.focus';
    item.tooltip = n > 0 ? tooltip(title, incidents.uncovered) : `The incident ${title} is open`;
    item.accessibilityInformation = { label: n > 0 ? `Incident ${title}: ${ask} without a reason` : `Incident ${title} is open` };
    item.show();
  };
  return vscode.Disposable.from(item, incidents.onDidChange(update));
}

function tooltip(title: string, uncovered: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString('');
  text.appendMarkdown('**Why were these changed?** A note keeps it, while it is known.\n\n');
  for (const c of uncovered.slice(0, 8)) text.appendMarkdown('- ').appendText(c).appendMarkdown('\n');
  if (uncovered.length > 8) text.appendMarkdown(`- and ${uncovered.length - 8} more\n`);
  return text.appendMarkdown('\n').appendText(`Incident: ${title}`);
}
