// Opens a place that the server names: a file relative to a folder of the workspace, and a line.
import * as vscode from 'vscode';

/** folder: the URI of the folder that the answer was about. */
export async function openPlace(folder: string, file: string, line: number, column?: vscode.ViewColumn): Promise<void> {
  const uri = vscode.Uri.joinPath(vscode.Uri.parse(folder), file);
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(uri);
  } catch (e) {
    void vscode.window.showWarningMessage(`Bearings: ${file} cannot be opened: ${e instanceof Error ? e.message : String(e)}`);
    return;
  }
  const text = document.lineAt(Math.min(Math.max(0, line - 1), document.lineCount - 1));
  const at = new vscode.Position(text.lineNumber, text.firstNonWhitespaceCharacterIndex);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at), ...(column === undefined ? {} : { viewColumn: column }) });
}
