// The environments panel: one at a time, refreshed when the server may know better.
import * as vscode from 'vscode';
import { currentFolder } from '../folders';
import { ENVIRONMENTS, type Environments } from '../protocol';
import type { Server } from '../server';
import { html } from '../webview/html';
import { Panel, restore, type PanelKind } from '../webview/panel';
import { environmentsPage } from './html';

const kind: PanelKind = { type: 'bearings.environments', title: 'Keys Across Environments', column: vscode.ViewColumn.Active };

interface Question {
  readonly key?: string | undefined;
  readonly folder: string;
}

export class EnvironmentsPanel {
  private panel: Panel | undefined;
  private question: Question = { folder: '' };

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  /** key: the name of one key to show; anything else means all. */
  async open(key?: unknown): Promise<void> {
    const panel = (this.panel ??= this.create());
    this.ask(panel, { key: typeof key === 'string' && key !== '' ? key : undefined, folder: currentFolder()?.uri.toString() ?? '' });
    panel.panel.reveal(undefined, false);
    await this.refresh();
  }

  /** Restores the panel of a window that is loaded anew. */
  restoring(): vscode.Disposable {
    return restore<Question>(kind.type, async (panel, { key, folder = '' }) => {
      this.panel = this.create(panel);
      this.ask(this.panel, { key, folder });
      await this.refresh();
    });
  }

  async refresh(): Promise<void> {
    if (!this.panel) return;
    const { key, folder } = this.question;
    try {
      const e = await this.server.ask<Environments>(ENVIRONMENTS, { uri: folder, ...(key === undefined ? {} : { key }) });
      if (e) this.panel.show(environmentsPage(e, key));
    } catch (e) {
      this.panel.show(html`<h1>Keys across environments</h1><p>The server could not answer: ${e instanceof Error ? e.message : String(e)}</p>`);
    }
  }

  private create(restored?: vscode.WebviewPanel): Panel {
    return new Panel(this.context, kind, (m) => {
      if (m.do === 'all') void this.open();
    }, () => { this.panel = undefined; }, restored);
  }

  private ask(panel: Panel, question: Question): void {
    this.question = question;
    panel.folder = question.folder;
    panel.state = question;
  }
}
