// Which folder of the workspace a question is about. The server answers about one at a time.
import * as vscode from 'vscode';
import { MAP, type AuthenticationMap } from './protocol';
import type { Server } from './server';

export interface FolderMap {
  readonly folder: vscode.WorkspaceFolder;
  readonly map: AuthenticationMap;
}

/** The map of each open folder, in their order. A folder that the server cannot speak about is left out. */
export async function mapsOfFolders(server: Server): Promise<FolderMap[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const maps = await Promise.all(folders.map(async (folder) => {
    try {
      const map = await server.ask<AuthenticationMap>(MAP, { uri: folder.uri.toString() });
      return map && { folder, map };
    } catch (e) {
      if (folders.length === 1) throw e;
      return undefined;
    }
  }));
  return maps.filter((m) => m !== undefined);
}

/** The folder of the file that the person looks at; the first one when it is in none. */
export function currentFolder(): vscode.WorkspaceFolder | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return (uri && vscode.workspace.getWorkspaceFolder(uri)) ?? vscode.workspace.workspaceFolders?.[0];
}
