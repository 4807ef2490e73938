/** How far one part of the local environment is: the same line that the terminal shows. */
export interface PartProgress {
  readonly key: string;
  readonly label: string;
  readonly state: 'waiting' | 'working' | 'ready' | 'failed';
  readonly detail: string;
  readonly elapsedSeconds: number | null;
  /** an honest guess of the whole, null when nobody knows */
  readonly expectedSeconds: number | null;
}

/** What `GET /local/progress` answers. */
export interface LocalProgress {
  readonly parts: readonly PartProgress[];
}

export type PartReport = Pick<PartProgress, 'label' | 'state' | 'detail'> & {
  readonly elapsedSeconds?: number;
  readonly expectedSeconds?: number;
};

/** Takes what the launcher reports and keeps the newest of each part, in the order in which parts first came. */
export interface ProgressBoard {
  set(key: string, report: PartReport): void;
  snapshot(): LocalProgress;
}

export const makeProgressBoard = (): ProgressBoard => {
  const parts = new Map<string, PartProgress>();
  return {
    set: (key, { label, state, detail, elapsedSeconds = null, expectedSeconds = null }) => {
      parts.set(key, { key, label, state, detail, elapsedSeconds, expectedSeconds });
    },
    snapshot: () => ({ parts: [...parts.values()] }),
  };
};
