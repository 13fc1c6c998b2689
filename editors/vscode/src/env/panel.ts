// The environments panel: one at a time, refreshed when the server may know better.
import * as vscode from 'vscode';
import { ENVIRONMENTS, type Environments } from '../protocol';
import type { Server } from '../server';
import { html } from '../webview/html';
import { Panel } from '../webview/panel';
import { environmentsPage } from './html';

export class EnvironmentsPanel {
  private panel: Panel | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
  ) {}

  async open(): Promise<void> {
    this.panel ??= new Panel(this.context, 'bearings.environments', 'Keys Across Environments', () => undefined, () => { this.panel = undefined; }, vscode.ViewColumn.Active);
    this.panel.panel.reveal(undefined, false);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    if (!this.panel) return;
    try {
      const e = await this.server.ask<Environments>(ENVIRONMENTS);
      if (e) this.panel.show(environmentsPage(e));
    } catch (e) {
      this.panel.show(html`<h1>Keys across environments</h1><p>The server could not answer: ${e instanceof Error ? e.message : String(e)}</p>`);
    }
  }
}
