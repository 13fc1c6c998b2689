// What the extension knows about the open incident; asked of the server, and told to whoever shows it.
import * as vscode from 'vscode';
import { currentFolder } from '../folders';
import type { Server } from '../server';
import { INCIDENT, INCIDENT_CHANGED, type IncidentAnswer } from './protocol';

interface Notice {
  readonly uri: string;
  readonly id?: string | null;
  readonly uncovered?: readonly string[] | null;
}

export class Incidents implements vscode.Disposable {
  answer: IncidentAnswer = {};
  /** The folder that the answer is about. */
  folder = '';
  /** The changes that have no why, in words. */
  uncovered: readonly string[] = [];
  private shown: string | undefined;
  private asked = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly rest: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
    changed: vscode.Event<void>,
  ) {
    // Another window, or the terminal, may write the same record.
    const files = vscode.workspace.createFileSystemWatcher('**/.bearings/incidents/*.toml');
    const again = (): void => void this.refresh();
    this.rest = vscode.Disposable.from(files, files.onDidChange(again), files.onDidCreate(again), files.onDidDelete(again), changed(again), server.onDidChange(again));
    server.onNotification(INCIDENT_CHANGED, (params) => {
      const n = params as Notice;
      if (this.folder === '' || n.uri === this.folder || n.id) {
        this.uncovered = n.uncovered ?? [];
        again();
      }
    });
  }

  get id(): string | undefined {
    const i = this.answer.incident;
    return i && !i.closed ? i.id : undefined;
  }

  /** Shows another of the open incidents. */
  async show(id: string): Promise<void> {
    this.shown = id;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const ticket = ++this.asked;
    const found = await this.find();
    if (!found || ticket !== this.asked) return;
    this.take(found.folder, found.answer);
  }

  /** Asks for a change; what goes wrong is shown, and leaves everything as it is. */
  async change(what: 'open' | 'verdict' | 'note' | 'close', params: object, folder = this.folder): Promise<boolean> {
    try {
      const answer = await this.server.ask<IncidentAnswer>(`${INCIDENT}/${what}`, { uri: folder, ...params });
      if (!answer) throw new Error('the server is not running');
      this.shown = what === 'close' ? undefined : answer.incident?.id;
      this.asked++; // what was asked before this is out of date
      this.take(folder, what === 'close' ? { ...answer, incident: null } : answer);
      return true;
    } catch (e) {
      void vscode.window.showErrorMessage(`Bearings: ${e instanceof Error ? e.message : String(e)}`);
      return false;
    }
  }

  dispose(): void {
    this.rest.dispose();
    this.changed.dispose();
  }

  /** The first folder in which an incident is open; else that of the file that the person looks at. */
  private async find(): Promise<{ folder: string; answer: IncidentAnswer } | undefined> {
    const folders = (vscode.workspace.workspaceFolders ?? []).map((f) => f.uri.toString());
    const current = this.folder || (currentFolder()?.uri.toString() ?? '');
    let quiet: { folder: string; answer: IncidentAnswer } | undefined;
    for (const folder of [current, ...folders.filter((f) => f !== current)]) {
      const answer = await this.ask(folder);
      if (answer?.incident) return { folder, answer };
      if (answer) quiet ??= { folder, answer };
    }
    return quiet;
  }

  private async ask(folder: string): Promise<IncidentAnswer | undefined> {
    try {
      if (this.shown) {
        const answer = await this.server.ask<IncidentAnswer>(INCIDENT, { uri: folder, id: this.shown });
        if (answer?.incident && !answer.incident.closed) return answer;
        this.shown = undefined;
      }
      return await this.server.ask<IncidentAnswer>(INCIDENT, { uri: folder });
    } catch (e) {
      this.shown = undefined;
      this.log.debug(`${INCIDENT}: ${String(e)}`);
      return undefined;
    }
  }

  private take(folder: string, answer: IncidentAnswer): void {
    this.folder = folder;
    this.answer = answer;
    this.uncovered = (answer.incident?.changes ?? []).filter((c) => c.why === '').map((c) => c.sentence);
    void vscode.commands.executeCommand('setContext', 'bearings.incidentOpen', this.id !== undefined);
    this.changed.fire();
  }
}
