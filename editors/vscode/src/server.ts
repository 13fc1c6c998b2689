// The server's life: found, started, restarted, asked.
import * as vscode from 'vscode';
import { LanguageClient, State, type Executable } from 'vscode-languageclient/node';
import { findBinary } from './binary';
import { clientOptions, leaveCommandsToClient } from './options';

export type ServerState = 'starting' | 'running' | 'stopped' | 'missing' | 'failed';

export class Server implements vscode.Disposable {
  state: ServerState = 'stopped';
  /** What the server calls itself, e.g. "bearings 0.1.0". */
  version = '';
  /** Why it does not run; empty while it does. */
  note = '';
  /** The program that is run. */
  program = '';
  private client: LanguageClient | undefined;
  private readonly hearers: ((client: LanguageClient) => vscode.Disposable)[] = [];
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Starts the server. Never throws: what goes wrong becomes the state, a note and a message. */
  async start(): Promise<void> {
    const trusted = vscode.workspace.isTrusted;
    const config = vscode.workspace.getConfiguration('bearings').inspect<string>('path');
    const setting = (trusted ? config?.workspaceValue : undefined) ?? config?.globalValue ?? '';
    const found = await findBinary({ setting, extension: this.context.extensionPath, searchPath: process.env.PATH ?? '' });
    if (found.path === undefined) {
      this.set('missing', found.why);
      this.log.info(`No server: ${found.why}.`);
      return;
    }
    this.program = found.path;
    this.set('starting', '');
    this.log.info(`Starting ${found.path} (from ${found.from})`);
    const run: Executable = { command: found.path, args: ['serve'] };
    const client = new LanguageClient('bearings', 'Bearings', run, clientOptions(this.log));
    client.registerFeature(leaveCommandsToClient());
    for (const hear of this.hearers) hear(client);
    this.client = client;
    client.onDidChangeState((e) => {
      if (this.client === client) this.follow(client, e.newState);
    });
    try {
      await client.start();
    } catch (e) {
      this.set('failed', e instanceof Error ? e.message : String(e));
      this.log.info(`The server did not start: ${this.note}`);
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Asks the server; undefined when it is not running. Errors of the server are thrown. */
  async ask<Answer>(method: string, params: object = {}): Promise<Answer | undefined> {
    if (this.state !== 'running' || !this.client) return undefined;
    return await this.client.sendRequest<Answer>(method, params);
  }

  /** Hears a notification of the server, of this one and of those that are started later. */
  onNotification(method: string, hear: (params: unknown) => void): void {
    this.hearers.push((client) => client.onNotification(method, hear));
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (e) {
      this.log.info(`While stopping: ${String(e)}`);
    }
    this.set('stopped', '');
  }

  dispose(): void {
    this.changed.dispose();
  }

  private follow(client: LanguageClient, state: State): void {
    if (state === State.Running) {
      const info = client.initializeResult?.serverInfo;
      this.version = [info?.name, info?.version].filter(Boolean).join(' ');
      this.set('running', '');
    } else if (state === State.Stopped && this.state === 'running') {
      this.set('failed', 'the server ended; its last words are in the log');
    } else if (state === State.Starting) {
      this.set('starting', '');
    }
  }

  private set(state: ServerState, note: string): void {
    this.state = state;
    this.note = note;
    void vscode.commands.executeCommand('setContext', 'bearings.running', state === 'running');
    if (state === 'running') void vscode.commands.executeCommand('setContext', 'bearings.ran', true);
    void vscode.commands.executeCommand('setContext', 'bearings.failed', state === 'missing' || state === 'failed');
    this.changed.fire();
  }
}
