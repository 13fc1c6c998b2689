// Starts the server and shows what it says. There is no analysis in this extension.
import * as vscode from 'vscode';
import { explainMissing, showActions } from './actions';
import { watchChanges } from './changes';
import { EnvironmentsPanel } from './env/panel';
import { explain } from './explain/command';
import { ExplainPanel } from './explain/panel';
import { incidentCommands, questions } from './incident/commands';
import { Incidents } from './incident/state';
import { IncidentView, showIncidentStatus } from './incident/view';
import type { MapNode } from './map/model';
import { MapView, nodeOperation } from './map/view';
import { openPlace } from './places';
import { Server } from './server';
import { showStatus } from './status';

let server: Server | undefined;

/** What tests look at. */
export interface Api {
  readonly map: MapView;
  readonly incidents: Incidents;
  readonly questions: typeof questions;
  readonly server: Server;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('Bearings', { log: true });
  const running = (server = new Server(context, log));
  const changed = watchChanges(running, context);
  const map = new MapView(running, log);
  const explaining = new ExplainPanel(context, running);
  const environments = new EnvironmentsPanel(context, running);
  const incidents = new Incidents(running, log, changed);
  context.subscriptions.push(
    log, running, map, incidents,
    vscode.window.registerWebviewViewProvider('bearings.incident', new IncidentView(context, incidents)),
    explaining.restoring(), environments.restoring(),
    showStatus(running, changed), showIncidentStatus(incidents),
    explainMissing(running),
    changed(() => {
      void map.refresh();
      void explaining.refresh();
      void environments.refresh();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration('bearings.path')) void running.restart();
    }),
  );
  const commands: Record<string, (...args: never[]) => unknown> = {
    'bearings.restart': () => running.restart(),
    'bearings.showLog': () => { log.show(); },
    'bearings.actions': () => showActions(running),
    'bearings.explain': (operation?: unknown, status?: unknown) => explain(running, explaining, operation, status),
    'bearings.showMap': () => map.reveal(),
    'bearings.showEnvironments': (key?: unknown) => environments.open(key),
    'bearings.openPlace': (folder: string, file: string, line: number) => openPlace(folder, file, line),
    'bearings.openWalkthrough': () => openWalkthrough(context, running),
    'bearings.map.refresh': () => map.refresh(),
    'bearings.map.filter': () => map.chooseFilter(),
    'bearings.map.clearFilter': () => { map.setFilter('all'); },
    'bearings.map.explain': (n?: MapNode) => explain(running, explaining, nodeOperation(n)),
    'bearings.map.incident': (n?: MapNode) => vscode.commands.executeCommand('bearings.incident.open', nodeOperation(n)),
    'bearings.map.copy': (n?: MapNode) => vscode.env.clipboard.writeText(nodeOperation(n)?.operation ?? ''),
  };
  for (const [id, run] of Object.entries({ ...commands, ...incidentCommands(running, incidents) })) context.subscriptions.push(vscode.commands.registerCommand(id, run as (...args: unknown[]) => unknown));
  void running.start();
  return { map, incidents, questions, server: running };
}

/** Its first step is done when the server runs; VS Code looks only at changes from the moment at which it knows the steps. */
async function openWalkthrough(context: vscode.ExtensionContext, running: Server): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`, false);
  for (const ran of [false, running.state === 'running']) await vscode.commands.executeCommand('setContext', 'bearings.ran', ran);
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
