// Opens a place that the server names: a file relative to a folder of the workspace, and a line.
import * as vscode from 'vscode';

export async function openPlace(file: string, line: number, beside = false): Promise<void> {
  const uri = await find(file);
  if (!uri) {
    void vscode.window.showWarningMessage(`Bearings: ${file} is in none of the open folders.`);
    return;
  }
  const start = new vscode.Position(Math.max(0, line - 1), 0);
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.lineAt(Math.min(start.line, document.lineCount - 1));
  const at = new vscode.Position(text.lineNumber, text.firstNonWhitespaceCharacterIndex);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(at, at),
    ...(beside ? { viewColumn: vscode.ViewColumn.One } : {}),
  });
}

async function find(file: string): Promise<vscode.Uri | undefined> {
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const uri = vscode.Uri.joinPath(folder.uri, file);
    try {
      await vscode.workspace.fs.stat(uri);
      return uri;
    } catch {
      continue;
    }
  }
  return undefined;
}
