// One panel among the editors, new or as VS Code restored it.
import * as vscode from 'vscode';
import { Page, type Message } from './page';

export interface PanelKind {
  readonly type: string;
  readonly title: string;
  readonly column: vscode.ViewColumn;
}

export class Panel extends Page {
  readonly panel: vscode.WebviewPanel;

  constructor(context: vscode.ExtensionContext, kind: PanelKind, onMessage: (m: Message) => void, onClose: () => void, restored?: vscode.WebviewPanel) {
    const panel = restored ?? vscode.window.createWebviewPanel(kind.type, kind.title, { viewColumn: kind.column, preserveFocus: false });
    super(panel.webview, context.extensionPath, kind.title, onMessage);
    this.panel = panel;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'media', `panel-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.onDidDispose(onClose);
  }
}

/** Shows a panel again after the window is loaded anew; state is what the panel kept (Page.state). */
export function restore<State>(type: string, again: (panel: vscode.WebviewPanel, state: Partial<State>) => Promise<void>): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(type, {
    deserializeWebviewPanel: (panel, state) => again(panel, state ?? {}),
  });
}
