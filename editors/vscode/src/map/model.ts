// The tree of the Authentication Map, from the server's answer. Pure: no editor in here.
import { operationId, placeOf, type App, type AuthenticationMap, type Dependency, type Gap, type Operation, type Place } from '../protocol';

export type NodeKind = 'app' | 'group' | 'operation' | 'middleware' | 'dependency' | 'scheme' | 'handler' | 'gaps' | 'gap' | 'schemes';
export type Guarding = 'protected' | 'open' | 'unresolved';

export interface MapNode {
  readonly kind: NodeKind;
  readonly label: string;
  readonly description: string;
  readonly place?: Place | undefined;
  readonly children: readonly MapNode[];
  /** For path operations only. */
  readonly operation?: Operation;
  readonly guarding?: Guarding;
  /** The URI of the folder that the answer was about; set by inFolder. */
  readonly folder?: string;
  /** Stable while lines move, so that the view keeps what is expanded. */
  readonly id: string;
}

export function guarding(o: Operation): Guarding {
  if ((o.gaps ?? []).length > 0) return 'unresolved';
  return o.protected ? 'protected' : 'open';
}

/** One node for each application. */
export function treeOf(map: AuthenticationMap): MapNode[] {
  const gaps = gapsNode('project', map.gaps ?? []);
  return [...(map.apps ?? []).map(appNode), ...(gaps ? [gaps] : [])];
}

/** The same nodes, each knowing its folder. */
export function inFolder(nodes: readonly MapNode[], folder: string): MapNode[] {
  return nodes.map((n) => ({ ...n, folder, id: `${folder} ${n.id}`, children: inFolder(n.children, folder) }));
}

function appNode(app: App): MapNode {
  const operations = app.operations ?? [];
  const groups = [...groupByFile(operations)].map(([file, ops]) => groupNode(app, file, ops));
  const direct = groups.flatMap((g) => (g.label === '' ? g.children : []));
  const open = operations.filter((o) => guarding(o) === 'open' && o.kind !== 'mount').length;
  const gaps = gapsNode(appId(app), app.gaps ?? []);
  const mounted = app.parent ? `mounted by ${shortName(app.parent)} at ${app.mountPath ?? '/'}` : '';
  const role = app.role === 'test' || app.role === 'example' ? app.role : '';
  const summary = [role, folderOf(app), mounted, open > 0 ? `${open} of ${operations.length} open` : `${operations.length} path operation${operations.length === 1 ? '' : 's'}`, gaps ? `${gaps.children.length} gap${gaps.children.length === 1 ? '' : 's'}` : ''];
  return {
    kind: 'app', label: app.name, description: summary.filter(Boolean).join(' · '), place: app, id: appId(app),
    children: [...direct, ...groups.filter((g) => g.label !== ''), ...schemesNode(app), ...(gaps ? [gaps] : [])],
  };
}

/** Services of one folder may call their applications alike. */
function appId(app: App): string {
  return `${app.file} ${app.name}`;
}

/** The folder in which the application's modules are looked for, where that is not the root: it tells services apart. */
function folderOf(app: App): string {
  const module = `${(app.name.split(':')[0] ?? '').replaceAll('.', '/')}.py`;
  return app.file.endsWith(`/${module}`) ? app.file.slice(0, -module.length - 1) : '';
}

function groupByFile(operations: readonly Operation[]): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const o of operations) {
    const file = o.registered?.file ?? o.file ?? '';
    const group = groups.get(file);
    if (group) group.push(o);
    else groups.set(file, [o]);
  }
  return groups;
}

/** The group of the application's own file has no label: its operations stand directly below the application. */
function groupNode(app: App, file: string, operations: readonly Operation[]): MapNode {
  const prefix = commonPrefix(operations.map((o) => o.path));
  // A prefix that says nothing gives way to the file's name.
  const slash = file.lastIndexOf('/') + 1;
  const [label, description] = prefix === '/' ? [file.slice(slash), file.slice(0, Math.max(slash - 1, 0))] : [prefix, file];
  return {
    kind: 'group', label: file === app.file || file === '' ? '' : label, description,
    place: { file, line: 1 }, id: `${appId(app)} ${file}`, children: operations.map((o, i) => operationNode(app, o, operations.slice(0, i))),
  };
}

/** The path segments that all paths begin with; for a single path the segments before its last. */
export function commonPrefix(paths: readonly string[]): string {
  const split = paths.map((p) => p.split('/'));
  const first = split[0] ?? [];
  let n = first.findIndex((segment, i) => split.some((s) => s[i] !== segment));
  if (n < 0) n = first.length;
  if (split.some((s) => s.length === n)) n--;
  return first.slice(0, Math.max(n, 0)).join('/') || '/';
}

/** before: the operations of its group that stand before it; one of the same name may be among them, which answers in its place. */
function operationNode(app: App, o: Operation, before: readonly Operation[]): MapNode {
  const same = before.filter((b) => operationId(b) === operationId(o)).length;
  const id = `${appId(app)} ${o.registered?.file ?? o.file ?? ''} ${operationId(o)}${same > 0 ? ` ${same}` : ''}`;
  const unresolved = (m: Place): boolean => (app.gaps ?? []).some((g) => g.file === m.file && g.range.start.line === m.line);
  const middleware = (app.middleware ?? []).map((m, i): MapNode => ({
    kind: unresolved(m) ? 'gap' : 'middleware', label: shortName(m.class), description: unresolved(m) ? 'middleware, not resolved' : 'middleware', place: m, children: [], id: `${id} m${i}`,
  }));
  const dependencies = (o.dependencies ?? []).map((d, i) => dependencyNode(d, `${id} d${i}`));
  const handler: MapNode = { kind: 'handler', label: shortName(o.name), description: 'handler', place: placeOf(o), children: [], id: `${id} h` };
  const gaps = gapsNode(id, o.gaps ?? []);
  return {
    kind: 'operation', label: operationId(o), description: guards(o), place: placeOf(o) ?? placeOf(o.registered), operation: o, guarding: guarding(o), id,
    children: [...middleware, ...dependencies, handler, ...(gaps ? [gaps] : [])],
  };
}

/** The guards in one line: "get_current_user ← OAuth2PasswordBearer", or that there are none. */
function guards(o: Operation): string {
  if (o.kind === 'mount') return 'mount';
  const chains = (o.dependencies ?? []).map(guardChain).filter((c) => c !== '');
  if (chains.length > 0) return [...new Set(chains)].join(' · ');
  if (o.protected) return (o.means ?? []).map(shortWords).join(' · ') || 'protected';
  return guarding(o) === 'unresolved' ? 'not fully resolved' : 'open';
}

function guardChain(d: Dependency): string {
  if (d.scheme) return d.scheme;
  const schemes = (d.dependencies ?? []).map(guardChain).filter((c) => c !== '');
  return schemes.length > 0 ? `${shortName(d.name)} ← ${schemes.join(', ')}` : '';
}

function dependencyNode(d: Dependency, id: string): MapNode {
  const how = d.via === 'parameter' && d.parameter ? d.parameter : d.via;
  const scopes = (d.scopes ?? []).length > 0 ? ` · scopes ${(d.scopes ?? []).join(', ')}` : '';
  return {
    kind: d.scheme ? 'scheme' : 'dependency', label: d.scheme ?? shortName(d.name), description: how + scopes,
    place: placeOf(d), id, children: (d.dependencies ?? []).map((c, i) => dependencyNode(c, `${id}.${i}`)),
  };
}

function schemesNode(app: App): MapNode[] {
  const schemes = app.securitySchemes ?? [];
  if (schemes.length === 0) return [];
  const children = schemes.map((s, i): MapNode => ({
    kind: 'scheme', label: s.name, place: s, children: [], id: `${appId(app)} s${i}`,
    description: [s.class === s.name ? '' : s.class, s.tokenUrl ? `token URL ${s.tokenUrl}` : '', s.autoError === false ? 'auto_error off' : ''].filter(Boolean).join(' · '),
  }));
  return [{ kind: 'schemes', label: 'Security schemes', description: String(schemes.length), children, id: `${app.name} schemes` }];
}

function gapsNode(owner: string, gaps: readonly Gap[]): MapNode | undefined {
  if (gaps.length === 0) return undefined;
  const children = gaps.map((g, i): MapNode => ({ kind: 'gap', label: g.reason, description: g.file, place: { file: g.file, line: g.range.start.line }, children: [], id: `${owner} g${i}` }));
  return { kind: 'gaps', label: 'Not resolved', description: String(gaps.length), children, id: `${owner} gaps` };
}

/** "middleware app.auth:AuthMiddleware" without the module's name. */
function shortWords(means: string): string {
  return means.replace(/[\w.]+:(?=\w)/g, '');
}

/** "app.routes.users:read_me" as people say it: read_me. */
export function shortName(name: string | undefined | null): string {
  if (!name) return 'unknown';
  return name.slice(name.lastIndexOf(':') + 1);
}
