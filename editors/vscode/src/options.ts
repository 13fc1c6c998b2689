// Which documents the server hears of, and how its answers reach the editor.
import type * as vscode from 'vscode';
import { RevealOutputChannelOn, type LanguageClientOptions, type StaticFeature } from 'vscode-languageclient/node';

/** Commands that code lenses and actions of the server name and the extension carries out. */
export const clientCommands = ['bearings.explain', 'bearings.showMap', 'bearings.showEnvironments', 'bearings.verdict'];

/** Python, and the files that decide which key is loaded. */
const patterns = ['**/.env', '**/.env.*', '**/*.env', '**/{docker-,}compose*.{yml,yaml}', '**/*Dockerfile*', '**/pyproject.toml', '**/requirements*.txt', '**/*.lock', '**/bearings.toml'];

export function clientOptions(log: vscode.LogOutputChannel): LanguageClientOptions {
  return {
    documentSelector: [{ scheme: 'file', language: 'python' }, ...patterns.map((pattern) => ({ scheme: 'file', pattern }))],
    diagnosticCollectionName: 'bearings',
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // The settings themselves are asked for by the server (workspace/configuration).
    // Hovers show the diagnostics already.
    initializationOptions: { clientCommands, incidents: true, hoverFindings: false },
    markdown: { isTrusted: { enabledCommands: clientCommands }, supportHtml: false },
  };
}

/**
 * The client library registers every command that the server offers. Those that the extension
 * carries out itself are taken from that list first; VS Code refuses to register one twice.
 */
export function leaveCommandsToClient(): StaticFeature {
  return {
    fillClientCapabilities: () => undefined,
    preInitialize: (capabilities) => {
      const offered = capabilities.executeCommandProvider;
      if (offered) offered.commands = offered.commands.filter((c) => !clientCommands.includes(c));
    },
    initialize: () => undefined,
    getState: () => ({ kind: 'static' }),
    clear: () => undefined,
  };
}
