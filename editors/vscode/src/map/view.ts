// The Authentication Map as the editor shows it.
import * as vscode from 'vscode';
import { mapsOfFolders } from '../folders';
import { MAP, questionOf } from '../protocol';
import type { Server } from '../server';
import { filterNames, filtersFor, filterTree, type Filter } from './filter';
import { inFolder, treeOf, type MapNode } from './model';
import { treeItem } from './item';

export class MapView implements vscode.TreeDataProvider<MapNode>, vscode.Disposable {
  private all: MapNode[] = [];
  private filter: Filter = 'all';
  private asked = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<MapNode>;

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.view = vscode.window.createTreeView('bearings.map', { treeDataProvider: this, showCollapseAll: true });
    this.view.onDidChangeVisibility(() => void this.refresh());
  }

  /** Asks the server again. An answer that a later question has overtaken is dropped. */
  async refresh(): Promise<void> {
    if (!this.view.visible) return;
    const ticket = ++this.asked;
    let all: MapNode[] = [];
    try {
      all = (await mapsOfFolders(this.server)).flatMap(({ folder, map }) => inFolder(treeOf(map), folder.uri.toString()));
    } catch (e) {
      this.log.info(`${MAP}: ${String(e)}`);
    }
    if (ticket !== this.asked || JSON.stringify(all) === JSON.stringify(this.all)) return;
    this.all = all;
    this.changed.fire();
  }

  async chooseFilter(): Promise<void> {
    const items = filtersFor(this.all).map((f) => ({ label: filterNames[f], filter: f, picked: f === this.filter }));
    const chosen = await vscode.window.showQuickPick(items, { title: 'Filter the Authentication Map' });
    if (chosen) this.setFilter(chosen.filter);
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.view.description = filter === 'all' ? '' : filterNames[filter].toLowerCase();
    void vscode.commands.executeCommand('setContext', 'bearings.filtered', filter !== 'all');
    this.changed.fire();
  }

  async reveal(): Promise<void> {
    await vscode.commands.executeCommand('bearings.map.focus');
    await this.refresh();
  }

  getChildren(n?: MapNode): MapNode[] {
    return n ? [...n.children] : filterTree(this.all, this.filter);
  }

  getTreeItem(n: MapNode): vscode.TreeItem {
    return treeItem(n);
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}

/** The operation of a node, as the Explain command wants it. */
export function nodeOperation(n: MapNode | undefined): { operation: string; folder?: string } | undefined {
  return n?.operation && { operation: questionOf(n.operation), ...(n.folder === undefined ? {} : { folder: n.folder }) };
}
