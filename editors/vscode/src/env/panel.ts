// The environments panel: one at a time, refreshed when the server may know better.
import * as vscode from 'vscode';
import { currentFolder } from '../folders';
import { ENVIRONMENTS, type Environments } from '../protocol';
import type { Server } from '../server';
import { html } from '../webview/html';
import { Panel } from '../webview/panel';
import { environmentsPage } from './html';

export class EnvironmentsPanel {
  private panel: Panel | undefined;
  private key: string | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  /** key: the name of one key to show; anything else means all. */
  async open(key?: unknown): Promise<void> {
    const folder = currentFolder();
    this.key = typeof key === 'string' && key !== '' ? key : undefined;
    this.panel ??= new Panel(this.context, 'bearings.environments', 'Keys Across Environments', (m) => {
      if (m.do === 'all') void this.open();
    }, () => { this.panel = undefined; }, vscode.ViewColumn.Active);
    this.panel.folder = folder?.uri.toString() ?? '';
    this.panel.panel.reveal(undefined, false);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    if (!this.panel) return;
    try {
      const e = await this.server.ask<Environments>(ENVIRONMENTS, { uri: this.panel.folder, ...(this.key === undefined ? {} : { key: this.key }) });
      if (e) this.panel.show(environmentsPage(e, this.key));
    } catch (e) {
      this.panel.show(html`<h1>Keys across environments</h1><p>The server could not answer: ${e instanceof Error ? e.message : String(e)}</p>`);
    }
  }
}
