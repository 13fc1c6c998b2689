// What the server answers about incidents (docs/protocol.md).
import type { Finding, RuledOut } from '../protocol';

export const INCIDENT = 'bearings/incident';
export const INCIDENT_CHANGED = 'bearings/incidentChanged';

export type Verdict = 'confirmed' | 'ruled-out' | 'open';

export interface GivenVerdict {
  readonly verdict: Verdict;
  readonly because: string;
  readonly at: string;
  readonly message: string;
}

/** A finding with what was verified about it. */
export interface IncidentItem {
  readonly finding: Finding;
  readonly verdict?: GivenVerdict | null;
  /** A line on which the verdict rests has changed since. */
  readonly stale: boolean;
}

export interface Change {
  readonly sentence: string;
  readonly file?: string;
  readonly line?: number;
  /** Empty when no note says it. */
  readonly why: string;
}

export interface Incident {
  readonly id: string;
  readonly operation: string;
  readonly status?: number | null;
  readonly symptom: string;
  readonly before: string;
  readonly opened: string;
  readonly closed?: string | null;
  readonly outcome: string;
  readonly initial: {
    readonly revision: string;
    readonly branch: string;
    readonly subject?: string;
    readonly uncommitted?: readonly string[] | null;
    readonly fastapi: string;
    readonly environments?: readonly string[] | null;
    readonly findings?: readonly string[] | null;
  };
  readonly changes?: readonly Change[] | null;
  readonly notes?: readonly { readonly at: string; readonly text: string }[] | null;
  readonly confirmed?: readonly IncidentItem[] | null;
  readonly hypotheses?: readonly IncidentItem[] | null;
  readonly ruledOut?: readonly IncidentItem[] | null;
  /** What the files rule out. */
  readonly excluded?: readonly RuledOut[] | null;
  readonly gone?: readonly GivenVerdict[] | null;
  readonly vanished?: readonly string[] | null;
  readonly unseen?: readonly string[] | null;
  /** Null once it is closed. */
  readonly next?: { readonly say: string; readonly run: string; readonly because: string; readonly item?: IncidentItem | null } | null;
}

export interface ListedIncident {
  readonly id: string;
  readonly operation: string;
  readonly status?: number;
  readonly opened: string;
  readonly closed?: string;
  readonly outcome?: string;
}

export interface IncidentAnswer {
  readonly incident?: Incident | null;
  readonly list?: readonly ListedIncident[] | null;
  readonly unreadable?: readonly string[] | null;
}
