// Runs inside VS Code's extension host (extensionTestsPath): no DOM, only the vscode API.
const vscode = require('vscode');
const assert = require('node:assert/strict');
const fs = require('node:fs');

async function until(what, f, ms = 15000) {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const v = await f();
    if (v) return v;
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('timed out: ' + what);
}

const ok = (what) => console.log('exthost suite: ok ' + what);
const run = (id, ...args) => vscode.commands.executeCommand(id, ...args);
const file = async (name) => (await vscode.workspace.findFiles(name))[0] ?? assert.fail(name + ' is missing');

async function open(name) {
  const uri = await file(name);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return { uri, document };
}

const ours = (uri, code) => vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'bearings' && (d.code?.value ?? d.code) === code);

async function diagnostics() {
  const { uri, document } = await open('app/deps.py');
  const [d] = await until('a diagnostic', () => { const x = ours(uri, 'token-url-unrouted'); return x.length && x; });
  assert.match(document.getText(d.range), /"\/login\/token"/);
  assert.match(d.message, /\/api\/v1\/login\/token/);
  assert.ok(d.relatedInformation.length >= 1, 'related information');
  assert.ok(d.relatedInformation.some((r) => /main\.py|login\.py/.test(r.location.uri.path)), 'it leads to where the route is made');
  assert.ok(d.code.target, 'the code leads to the rule\'s page');
  ok('diagnostic with related information');
  return { uri, document, d };
}

async function hover(uri, d) {
  const hovers = await run('vscode.executeHoverProvider', uri, d.range.start);
  const text = hovers.flatMap((h) => h.contents.map((c) => c.value)).join('\n');
  assert.match(text, /\/login\/token/);
  assert.match(text, /curl -i -X POST/); // the command that checks the finding
  assert.doesNotMatch(text, /which nothing serves/); // the diagnostic says that, right above
  ok('hover');
}

async function lens() {
  const { uri, document } = await open('app/routes/users.py');
  const lenses = await until('code lenses', async () => { const x = await run('vscode.executeCodeLensProvider', uri, 20); return x.length && x; });
  const me = lenses.find((l) => document.getText(l.range.with({ end: document.lineAt(l.range.start.line + 2).range.end })).includes('read_me'));
  assert.ok(me, 'a lens at read_me');
  assert.match(me.command.title, /get_current_user/);
  assert.equal(me.command.command, 'bearings.explain');
  ok('code lens: ' + me.command.title);
  return me.command;
}

async function map(api) {
  await run('bearings.showMap');
  const [app] = await until('the map', () => { const x = api.map.getChildren(); return x.length && x; });
  assert.equal(app.label, 'app.main:app');
  const all = (n) => [n, ...n.children.flatMap(all)];
  assert.ok(api.map.getTreeItem(app).description, 'the application says how many operations are open');
  const me = all(app).find((n) => n.label === 'GET /api/v1/users/me');
  assert.equal(me.guarding, 'protected');
  assert.ok(all(me).some((n) => n.kind === 'scheme' && n.label === 'OAuth2PasswordBearer'), 'the scheme is in its way');
  assert.equal(all(app).find((n) => n.label === 'GET /health').guarding, 'open');
  assert.ok(all(app).some((n) => n.kind === 'gap' && n.place.file === 'app/main.py'), 'the computed middleware is a gap');
  api.map.setFilter('open');
  assert.ok(!all({ children: api.map.getChildren() }).some((n) => n.label === me.label), 'the filter hides protected operations');
  api.map.setFilter('all');
  const item = api.map.getTreeItem(me);
  assert.equal(item.iconPath.id, 'lock');
  await run(item.command.command, ...item.command.arguments);
  const editor = vscode.window.activeTextEditor;
  assert.match(editor.document.lineAt(editor.selection.active.line).text, /def read_me/);
  ok('map: tree, filter, a click goes to the line');
}

const tab = (label) => vscode.window.tabGroups.all.flatMap((g) => g.tabs).find((t) => t.label.includes(label) && t.input instanceof vscode.TabInputWebview);

async function panels(lensCommand) {
  await run(lensCommand.command, ...(lensCommand.arguments ?? []));
  await until('the Explain panel', () => tab('GET /api/v1/users/me'));
  await run('bearings.explain', 'GET /api/v1/users/me', 401);
  await until('the panel with the status', () => tab('GET /api/v1/users/me → 401'));
  await run('bearings.showEnvironments');
  await until('the environments panel', () => tab('Keys Across Environments'));
  ok('panels open');
}

// Diagnostics that are published while VS Code asks cancel the question: then, as
// the light bulb does, ask again.
async function quickFixes(uri, range, resolved) {
  try {
    return await run('vscode.executeCodeActionProvider', uri, range, 'quickfix', resolved);
  } catch (error) {
    if (/Canceled/.test(String(error))) return [];
    throw error;
  }
}

async function fix(uri, d) {
  const document = await vscode.workspace.openTextDocument(uri);
  // As for a person: VS Code drops the answer when a document that no editor shows is let go of meanwhile.
  await vscode.window.showTextDocument(document, { viewColumn: 1 });
  const action = await until('a quick fix', async () => (await quickFixes(uri, d.range, 20)).find((x) => /tokenUrl/.test(x.title)));
  if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit));
  else await run(action.command.command, ...action.command.arguments);
  await until('the fix', () => /tokenUrl="\/?api\/v1\/login\/token"/.test(document.getText()));
  await until('the diagnostic to go', () => ours(uri, 'token-url-unrouted').length === 0);
  await document.save();
  assert.match(fs.readFileSync(uri.fsPath, 'utf8'), /tokenUrl="\/?api\/v1\/login\/token"/);
  ok('quick fix applied, diagnostic gone, file changed');
}

async function typing(uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { viewColumn: 1 }); // "undo" goes to the active editor
  const at = document.positionAt(document.getText().indexOf('/login/token"'));
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, at, '/nowhere');
  await vscode.workspace.applyEdit(edit);
  await until('a diagnostic for unsaved text', () => ours(uri, 'token-url-unrouted').length === 1);
  await run('undo');
  await until('it goes with an undo', () => ours(uri, 'token-url-unrouted').length === 0);
  ok('edits while typing');
}

async function mapFollows(api) {
  const { uri, document } = await open('app/routes/users.py');
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, document.lineAt(document.lineCount - 1).range.end, '\n\n@router.post("/{name}/ban")\ndef ban(name: str) -> None:\n    return None\n');
  await vscode.workspace.applyEdit(edit);
  const labels = () => { const all = (n) => [n.label, ...n.children.flatMap(all)]; return all({ children: api.map.getChildren() }); };
  await until('the new path operation in the map', () => labels().includes('POST /api/v1/users/{name}/ban'));
  await run('undo');
  await until('it goes with an undo', () => !labels().includes('POST /api/v1/users/{name}/ban'));
  ok('the map follows unsaved edits');
}

/** Answers what the extension asks, in order. Its input boxes themselves are driven in the screen suite. */
function answering(api, answers) {
  const { input } = api.questions;
  const titles = [];
  api.questions.input = async (title) => { titles.push(title); return answers.shift(); };
  return { titles, stop: () => { api.questions.input = input; } };
}

async function incident(api) {
  const { uri, document } = await open('app/routes/users.py');
  const boxes = answering(api, ['the token is issued, and refused', 'keys renamed', 'the container has the same value', 'a test', 'it was the environment']);
  try {
    await run('bearings.incident.open', { operation: 'GET /api/v1/users/me', status: 401 });
    await until('an open incident', () => api.incidents.id);
    assert.equal(api.incidents.answer.incident.symptom, 'the token is issued, and refused');
    const where = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, `.bearings/incidents/${api.incidents.id}.toml`);
    assert.match(fs.readFileSync(where.fsPath, 'utf8'), /keys renamed/);
    ok('incident: opened, and kept in its file');

    const deps = await open('app/deps.py');
    const [d] = await until('a diagnostic', () => { const x = ours(deps.uri, 'token-url-unrouted'); return x.length && x; });
    const mark = await until('a code action for the verdict', async () => (await quickFixes(deps.uri, d.range)).find((a) => /Mark as checked: ruled out/.test(a.title)));
    await run(mark.command.command, ...mark.command.arguments);
    const marked = await until('the mark on the diagnostic', () => ours(deps.uri, 'token-url-unrouted').find((x) => /^Ruled out \(the container has the same value\)/.test(x.message)));
    assert.ok(marked.severity >= vscode.DiagnosticSeverity.Information, 'it is quiet now');
    assert.deepEqual(marked.tags, [vscode.DiagnosticTag.Unnecessary]);
    ok('incident: a code action marks the diagnostic');

    const edit = new vscode.WorkspaceEdit();
    const text = document.getText();
    const at = text.indexOf('user: CurrentUser') + 'user: '.length;
    edit.replace(uri, new vscode.Range(document.positionAt(at), document.positionAt(at + 'CurrentUser'.length)), 'str');
    await vscode.workspace.applyEdit(edit);
    await until('the change without a why', () => api.incidents.uncovered.some((c) => /users\/me/.test(c)));
    await run('bearings.incident.note');
    assert.match(boxes.titles.at(-1), /^Why\? .*users\/me/);
    await until('no change without a why', () => api.incidents.uncovered.length === 0);
    assert.ok(api.incidents.answer.incident.changes.some((c) => c.why === 'a test'));
    await vscode.window.showTextDocument(document, { viewColumn: 1 });
    await run('undo');
    await until('the change is gone', () => api.incidents.answer.incident.changes.length === 0);
    ok('incident: asks for the why of a change, and keeps it');

    const { id } = api.incidents;
    await run('bearings.incident.report');
    assert.match(vscode.window.activeTextEditor.document.getText(), /# Incident: GET \/api\/v1\/users\/me → 401/);
    void run('bearings.incident.close');
    await until('the incident to be closed', () => api.incidents.id === undefined);
    assert.match(fs.readFileSync(where.fsPath, 'utf8'), /it was the environment/);
    await until('the mark to go', () => ours(deps.uri, 'token-url-unrouted').some((x) => !/Ruled out/.test(x.message)));
    ok('incident: report, close ' + id);
  } finally {
    boxes.stop();
  }
}

async function restart(api) {
  await run('bearings.restart');
  await until('running again', () => api.server.state === 'running');
  assert.match(api.server.version, /bearings/);
  ok('restart: ' + api.server.version);
}

exports.run = async () => {
  const extension = vscode.extensions.getExtension('bearings.bearings');
  assert.ok(extension, 'the extension is installed');
  const api = await extension.activate();
  await until('a running server', () => api.server.state === 'running');
  const { uri, d } = await diagnostics();
  await hover(uri, d);
  const command = await lens();
  await map(api);
  await panels(command);
  await incident(api);
  await fix(uri, d);
  await typing(uri);
  await mapFollows(api);
  await restart(api);
  console.log('exthost suite: all passed on VS Code ' + vscode.version);
};
