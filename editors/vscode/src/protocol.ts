// The server's own requests and the JSON they answer (docs/protocol.md, docs/formats.md).
// Lines and columns here are 1-based; files are relative to the analysed root.

export const MAP = 'bearings/map';
export const ENVIRONMENTS = 'bearings/env';
export const EXPLAIN = 'bearings/explain';
export const STATUS = 'bearings/status';

/** A line of a file, or nothing where the thing is not written in the project. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Something that is written in the project, or somewhere else: in a library, or nowhere. */
export interface MaybePlace {
  readonly file?: string | null;
  readonly line?: number | null;
}

/** The place of something, if it is written in the project. */
export function placeOf(x: MaybePlace | undefined | null): Place | undefined {
  return x?.file && x.line ? { file: x.file, line: x.line } : undefined;
}

export interface Range {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

export type Certainty = 'confirmed' | 'hypothesis';

export interface Gap {
  readonly file: string;
  readonly range: Range;
  readonly reason: string;
}

export interface Evidence {
  readonly file: string;
  readonly range: Range;
  readonly note: string;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly certainty: Certainty;
  readonly assumes?: readonly string[] | null;
  readonly message: string;
  readonly effect?: { readonly certainty: Certainty; readonly status?: readonly number[] | null; readonly text: string } | null;
  readonly file: string;
  readonly range: Range;
  readonly evidence?: readonly Evidence[] | null;
  readonly gaps?: readonly Gap[] | null;
  readonly check?: { readonly say: string; readonly run?: string } | null;
  readonly fixes?: readonly { readonly title: string; readonly safe: boolean; readonly edits?: readonly unknown[] | null }[] | null;
  readonly operations?: readonly string[] | null;
  readonly fingerprint: string;
}

export interface Dependency extends MaybePlace {
  readonly name?: string | null;
  readonly via: string;
  readonly parameter?: string | null;
  readonly scheme?: string | null;
  readonly scopes?: readonly string[] | null;
  readonly dependencies?: readonly Dependency[] | null;
}

export interface Operation extends MaybePlace {
  readonly kind: 'http' | 'websocket' | 'mount';
  readonly methods?: readonly string[] | null;
  readonly path: string;
  readonly name?: string | null;
  readonly registered?: Place | null;
  readonly dependencies?: readonly Dependency[] | null;
  readonly protected: boolean;
  /** How to ask about it, where its method and path do not tell it from others. */
  readonly question?: string;
  /** How it is protected, in words: "OAuth2PasswordBearer", "middleware AuthMiddleware". */
  readonly means?: readonly string[] | null;
  /** The findings that concern this operation; absent where the server does not say. */
  readonly findings?: readonly unknown[] | null;
  readonly gaps?: readonly Gap[] | null;
}

export interface Middleware extends Place {
  readonly class: string;
}

export interface Scheme extends Place {
  readonly name: string;
  readonly class: string;
  readonly tokenUrl?: string | null;
  readonly autoError?: boolean;
}

export interface App extends Place {
  readonly name: string;
  /** application, test or example. */
  readonly role?: string;
  /** The application that mounts this one, and where. */
  readonly parent?: string | null;
  readonly mountPath?: string | null;
  readonly middleware?: readonly Middleware[] | null;
  readonly securitySchemes?: readonly Scheme[] | null;
  readonly operations?: readonly Operation[] | null;
  readonly gaps?: readonly Gap[] | null;
}

export type KeyState = 'set' | 'empty' | 'missing' | 'default' | 'random' | 'unknown';

export interface KeyInEnvironment {
  readonly environment: string;
  readonly source?: Place | null;
  readonly state: KeyState;
  /** Equal letters are equal values. */
  readonly same?: string | null;
  /** How the value gets there, in words. */
  readonly via?: string | null;
  /** In characters; the value itself is never sent. */
  readonly length?: number | null;
  /** What is remarkable about the value: "ends in a newline". */
  readonly properties?: readonly string[] | null;
  /** Lines that set it too, and have no effect. */
  readonly shadowed?: readonly (Place & { readonly why: string; readonly same: boolean })[] | null;
  /** Why the state is unknown or missing. */
  readonly reason?: string | null;
  /** What outside the files would win. */
  readonly outside?: string | null;
  /** It differs from what most environments have. */
  readonly differs?: boolean;
}

export interface Key extends Place {
  readonly name: string;
  readonly loader: string;
  /** Its value is a secret. */
  readonly secret?: boolean;
  /** "signs", "verifies", "algorithm", … */
  readonly roles?: readonly string[] | null;
  /** The names of the variables that it is read from. */
  readonly variables?: readonly string[] | null;
  readonly environments?: readonly KeyInEnvironment[] | null;
}

export interface AuthenticationMap {
  readonly gaps?: readonly Gap[] | null;
  readonly apps?: readonly App[] | null;
}

export interface Environments {
  readonly keys?: readonly Key[] | null;
  readonly gaps?: readonly Gap[] | null;
}

/** A place that an answer passes on its way from where it is made. */
export interface Hop extends MaybePlace {
  readonly note: string;
}

export interface Outcome extends MaybePlace {
  /** 0: another answer, its status is not known. */
  readonly status: number;
  /** The status that is raised, where a handler turns it into another. */
  readonly raised?: number | null;
  /** The versions for which this holds. */
  readonly version?: string | null;
  readonly through?: readonly Hop[] | null;
  readonly when: string;
  readonly detail?: string | null;
  readonly certainty: Certainty;
  readonly intended?: boolean;
}

export interface Step extends MaybePlace {
  readonly layer: string;
  readonly name: string;
  readonly note?: string | null;
  readonly outcomes?: readonly Outcome[] | null;
}

export interface RuledOut {
  readonly cause: string;
  readonly because: string;
  readonly evidence?: readonly Evidence[] | null;
}

/** A place that answers with a text from a log, and the operations on whose way it stands. */
export interface AnsweringPlace extends Outcome {
  readonly layer: string;
  readonly operations?: readonly string[] | null;
}

export interface Explanation {
  /** Null when the question was a text from a log: then there are places. */
  readonly operation?: Operation | null;
  readonly places?: readonly AnsweringPlace[] | null;
  /** How the question was understood. */
  readonly note?: string | null;
  /** What to know first; null when nothing stands out. */
  readonly answer?: { readonly lead: string; readonly text: string; readonly fingerprint?: string | null } | null;
  /** Other operations that may have been meant. */
  readonly others?: readonly string[] | null;
  /** Statuses that nothing on the way can answer. */
  readonly impossible?: readonly number[] | null;
  readonly gaps?: readonly Gap[] | null;
  readonly steps?: readonly Step[] | null;
  readonly confirmed?: readonly Finding[] | null;
  readonly hypotheses?: readonly Finding[] | null;
  readonly ruledOut?: readonly RuledOut[] | null;
}

export interface ServerStatus {
  readonly version?: string;
  readonly state?: string;
  readonly files?: number;
  readonly operations?: number;
  readonly findings?: number;
  readonly gaps?: number;
}

/** How to ask the server about an operation. */
export function questionOf(o: Operation): string {
  return o.question ?? operationId(o);
}

/** How people and the server name an operation: "GET /me", "WEBSOCKET /ws", "MOUNT /static". */
export function operationId(o: Operation): string {
  switch (o.kind) {
    case 'websocket':
      return `WEBSOCKET ${o.path}`;
    case 'mount':
      return `MOUNT ${o.path}`;
    case 'http':
      return `${o.methods?.[0] ?? 'ANY'} ${o.path}`;
  }
}
