// The Explain panel: one at a time, refreshed when the server may know better.
import * as vscode from 'vscode';
import { EXPLAIN, type Explanation } from '../protocol';
import type { Server } from '../server';
import { html } from '../webview/html';
import { Panel, restore, type PanelKind } from '../webview/panel';
import { explainPage } from './html';

const kind: PanelKind = { type: 'bearings.explain', title: 'Explain', column: vscode.ViewColumn.Beside };

interface Question {
  readonly operation: string;
  readonly status?: number | undefined;
  readonly folder: string;
}

export class ExplainPanel {
  private panel: Panel | undefined;
  private question: Question = { operation: '', folder: '' };
  private asked = 0;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  async open(operation: string, status: number | undefined, folder: string): Promise<void> {
    const panel = (this.panel ??= this.create());
    this.ask(panel, { operation, status, folder });
    panel.panel.reveal(undefined, false);
    panel.fromTop();
    await this.refresh();
  }

  /** Restores the panel of a window that is loaded anew. */
  restoring(): vscode.Disposable {
    return restore<Question>(kind.type, async (panel, { operation = '', status, folder = '' }) => {
      this.panel = this.create(panel);
      this.ask(this.panel, { operation, status, folder });
      await this.refresh();
    });
  }

  /** Asks again for what is shown; keeps what is shown while the server cannot answer. */
  async refresh(): Promise<void> {
    if (!this.panel) return;
    const ticket = ++this.asked;
    const { operation, status, folder } = this.question;
    try {
      const e = await this.server.ask<Explanation>(EXPLAIN, { uri: folder, operation, ...(status === undefined ? {} : { status }) });
      if (e && ticket === this.asked) this.panel.show(explainPage(e, operation, status));
    } catch (e) {
      if (ticket === this.asked) this.panel.show(html`<h1>${operation}</h1><p>The server could not explain this: ${e instanceof Error ? e.message : String(e)}</p>`);
    }
  }

  private create(restored?: vscode.WebviewPanel): Panel {
    return new Panel(this.context, kind, (m) => {
      const { operation, status, folder } = this.question;
      // Another status of the same operation, or another operation.
      if (m.do === 'status' || m.do === 'ask') void this.open(m.do === 'ask' ? m.text ?? '' : operation, Number(m.status) || undefined, folder);
      if (m.do === 'incident') void vscode.commands.executeCommand('bearings.incident.open', { operation, status: status ?? 0, folder });
    }, () => { this.panel = undefined; }, restored);
  }

  private ask(panel: Panel, question: Question): void {
    this.question = question;
    panel.folder = question.folder;
    panel.state = question;
    panel.panel.title = `${question.operation}${question.status === undefined ? '' : ` → ${question.status}`}`;
  }
}
