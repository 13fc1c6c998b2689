// The Explain panel: one at a time, refreshed when the server may know better.
import * as vscode from 'vscode';
import { EXPLAIN, type Explanation } from '../protocol';
import type { Server } from '../server';
import { html } from '../webview/html';
import { Panel } from '../webview/panel';
import { explainPage } from './html';

export class ExplainPanel {
  private panel: Panel | undefined;
  private operation = '';
  private status: number | undefined;
  private asked = 0;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  async open(operation: string, status: number | undefined, folder: string): Promise<void> {
    this.operation = operation;
    this.status = status;
    this.panel ??= new Panel(this.context, 'bearings.explain', 'Explain', (m) => {
      // Another status of the same operation, or another operation.
      if (m.do === 'status' || m.do === 'ask') void this.open(m.do === 'ask' ? m.text ?? '' : this.operation, Number(m.status) || undefined, this.panel?.folder ?? '');
    }, () => { this.panel = undefined; });
    this.panel.folder = folder;
    this.panel.panel.title = `${operation}${status === undefined ? '' : ` → ${status}`}`;
    this.panel.panel.reveal(undefined, false);
    this.panel.fromTop();
    await this.refresh();
  }

  /** Asks again for what is shown; keeps what is shown while the server cannot answer. */
  async refresh(): Promise<void> {
    if (!this.panel) return;
    const ticket = ++this.asked;
    const status = this.status;
    try {
      const e = await this.server.ask<Explanation>(EXPLAIN, { uri: this.panel.folder, operation: this.operation, ...(status === undefined ? {} : { status }) });
      if (e && ticket === this.asked) this.panel.show(explainPage(e, this.operation, status));
    } catch (e) {
      if (ticket === this.asked) this.panel.show(html`<h1>${this.operation}</h1><p>The server could not explain this: ${e instanceof Error ? e.message : String(e)}</p>`);
    }
  }
}
