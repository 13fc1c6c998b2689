// One webview with our frame: its strict content security policy, and the messages both ways.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { openPlace } from '../places';
import type { Html } from './html';

/** What a button asks for; see media/panel.js. */
export interface Message {
  readonly do: string;
  readonly file?: string;
  readonly line?: string;
  readonly text?: string;
  readonly status?: string;
  readonly verdict?: string;
}

export class Page {
  /** The URI of the folder that what is shown is about. */
  folder = '';
  /** What VS Code keeps, so that the same can be shown after the window is loaded anew. */
  state: object | undefined;
  private ready = false;
  private body: string | undefined;
  private top = false;

  constructor(
    private readonly webview: vscode.Webview,
    extension: string,
    title: string,
    onMessage: (m: Message) => void,
  ) {
    webview.options = { enableScripts: true, localResourceRoots: [] };
    webview.onDidReceiveMessage((m: Message) => { this.receive(m, onMessage); });
    // The frame is loaded anew whenever it becomes visible again; it asks for its content then.
    webview.html = frame(extension, title);
  }

  /** Scrolls to the top with the next content: the person has asked for something else. */
  fromTop(): void {
    this.top = true;
  }

  show(body: Html): void {
    this.body = body.text;
    if (this.ready) this.send();
  }

  private send(): void {
    if (this.body === undefined) return;
    void this.webview.postMessage({ show: this.body, top: this.top, state: this.state });
    this.top = false;
  }

  private receive(m: Message, onMessage: (m: Message) => void): void {
    switch (m.do) {
      case 'ready':
        this.ready = true;
        this.send();
        return;
      case 'open':
        void openPlace(this.folder, m.file ?? '', Number(m.line), vscode.ViewColumn.One);
        return;
      case 'copy':
        void vscode.env.clipboard.writeText(m.text ?? '').then(() => this.webview.postMessage({ say: 'Copied' }));
        return;
      case 'terminal':
        toTerminal(m.text ?? '');
        return;
      default:
        onMessage(m);
    }
  }
}

/** Puts the text into a terminal and leaves it to the person to run it. */
function toTerminal(text: string): void {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage('Bearings: in Restricted Mode checks are not put into a terminal. Copy the command instead.');
    return;
  }
  const name = 'Bearings checks';
  const terminal = vscode.window.terminals.find((t) => t.name === name) ?? vscode.window.createTerminal(name);
  terminal.show();
  terminal.sendText(text, false);
}

function frame(extension: string, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const media = (file: string): string => readFileSync(path.join(extension, 'media', file), 'utf8');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title.replace(/[<&]/g, '')}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${media('panel.css')}</style></head>
<body><main id="main"><p>Asking the server…</p></main><div id="say" role="status" aria-live="polite"></div>
<script nonce="${nonce}">${media('panel.js')}</script></body></html>`;
}
