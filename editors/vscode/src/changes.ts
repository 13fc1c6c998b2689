// One event for "what the server knows may have changed".
import * as vscode from 'vscode';
import type { Server } from './server';

const quietMilliseconds = 400;

/** Fires after edits and new diagnostics have been quiet for a moment, and when the server starts. */
export function watchChanges(server: Server, context: vscode.ExtensionContext): vscode.Event<void> {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      changed.fire();
    }, quietMilliseconds);
  };
  context.subscriptions.push(
    changed,
    server.onDidChange(soon),
    vscode.languages.onDidChangeDiagnostics(soon),
    vscode.workspace.onDidChangeTextDocument((e) => {
      if (e.document.uri.scheme === 'file' && e.contentChanges.length > 0) soon();
    }),
    { dispose: () => { clearTimeout(timer); } },
  );
  return changed.event;
}
