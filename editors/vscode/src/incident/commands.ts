// What a person does about an incident. Every question can be left with Escape, and then nothing is kept.
import * as vscode from 'vscode';
import { fromArguments, pickOperation, pickStatus } from '../explain/command';
import { currentFolder } from '../folders';
import type { Server } from '../server';
import { INCIDENT, type Verdict } from './protocol';
import type { Incidents } from './state';

const words: Record<Verdict, string> = { confirmed: 'Confirmed', 'ruled-out': 'Ruled out', open: 'Taken back' };

export function incidentCommands(server: Server, incidents: Incidents): Record<string, (...args: never[]) => unknown> {
  return {
    'bearings.incident.open': (about?: unknown) => open(server, incidents, about),
    'bearings.incident.note': () => note(incidents),
    'bearings.incident.close': () => close(incidents),
    'bearings.incident.report': (id?: unknown) => report(server, incidents, id),
    'bearings.verdict': (about?: unknown) => verdict(incidents, about),
  };
}

async function open(server: Server, incidents: Incidents, about: unknown): Promise<void> {
  if (server.state !== 'running') {
    void vscode.window.showInformationMessage('Bearings: the server is not running yet.');
    return;
  }
  let asked = fromArguments(about, undefined);
  if (asked?.status === undefined) {
    const picked = asked ? { id: asked.operation, folder: asked.folder ?? currentFolder()?.uri.toString() ?? '' } : await pickOperation(server, 'Open an incident (1/4): which path operation?');
    const status = picked && await pickStatus(server, picked, `Open an incident (2/4): what does ${picked.id} answer?`);
    if (!picked || status === undefined) return;
    asked = { operation: picked.id, folder: picked.folder, status: status === 'any' ? 0 : status };
  }
  const symptom = await questions.input('Open an incident (3/4): what is seen?', 'the token is issued, and every request is refused', 'In your words. Tokens and the values of secrets are taken out before it is kept.');
  if (symptom === undefined) return;
  const before = await questions.input('Open an incident (4/4): what was changed just before?', 'the key was renamed; nothing that I know of', 'May stay empty.');
  if (before === undefined) return;
  const { operation, status, folder } = asked;
  if (await incidents.change('open', { operation, ...(status ? { status } : {}), symptom, before }, folder ?? currentFolder()?.uri.toString() ?? '')) {
    await vscode.commands.executeCommand('bearings.incident.focus');
  }
}

/** How a person is asked; tests answer in their place. */
export const questions = {
  input: (title: string, placeHolder: string, prompt: string): Thenable<string | undefined> => vscode.window.showInputBox({ title, placeHolder, prompt, ignoreFocusOut: true }),
};

/** Says that there is nothing to do it to, with the way to change that. */
async function none(): Promise<void> {
  const choice = await vscode.window.showInformationMessage('Bearings: no incident is open.', 'Open an Incident…');
  if (choice) await vscode.commands.executeCommand('bearings.incident.open');
}

async function verdict(incidents: Incidents, about: unknown): Promise<void> {
  const { uri, fingerprint, verdict: given } = about as { uri?: string; fingerprint?: string; verdict?: Verdict };
  if (!incidents.id) await incidents.refresh();
  if (!incidents.id) return none();
  if (!fingerprint || !given || !(given in words)) return;
  const because = given === 'open' ? '' : await questions.input(`${words[given]}: because of what?`, 'docker compose exec api env shows the same value', 'What you ran or read, and what you saw. Without it the verdict cannot be trusted later.');
  if (because === undefined) return;
  await incidents.change('verdict', { id: incidents.id, fingerprint, verdict: given, because }, uri === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.uri.toString());
}

async function note(incidents: Incidents): Promise<void> {
  if (!incidents.id) return none();
  const { uncovered } = incidents;
  const first = uncovered[0];
  const title = first === undefined ? 'A note for the incident' : `Why? ${first}${uncovered.length > 1 ? `, and ${uncovered.length - 1} more` : ''}`;
  const text = await questions.input(title, 'verify with SECRET_KEY again: one name for one key', first === undefined ? 'It is kept with the time.' : 'The note is kept beside all changes that have no why yet.');
  if (text) await incidents.change('note', { id: incidents.id, text });
}

async function close(incidents: Incidents): Promise<void> {
  if (!incidents.id) return none();
  const { id } = incidents;
  const because = await questions.input('Close the incident: what was it?', 'the container read an old key', 'Or that it is not known.');
  if (!because || !await incidents.change('close', { id, because })) return;
  const choice = await vscode.window.showInformationMessage('Bearings: the incident is closed.', 'Open the Report');
  if (choice) await vscode.commands.executeCommand('bearings.incident.report', id);
}

/** The report for a colleague, as a new document that nothing has been saved of. */
async function report(server: Server, incidents: Incidents, id: unknown): Promise<void> {
  const which = typeof id === 'string' ? id : incidents.id;
  if (!which) return none();
  try {
    const answer = await server.ask<{ markdown: string }>(`${INCIDENT}/report`, { uri: incidents.folder, id: which });
    if (!answer) return;
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: answer.markdown });
    await vscode.window.showTextDocument(document);
  } catch (e) {
    void vscode.window.showErrorMessage(`Bearings: ${e instanceof Error ? e.message : String(e)}`);
  }
}
