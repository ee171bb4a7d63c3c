// How far the engine is with a request that takes its time: the same for every kind of them.
export interface WorkEvents {
  /** At most ten a second. */
  working: WorkingEvent;
}

export type WorkTask = 'pair' | 'autoencoder' | 'effect' | 'routing';

/** One request of a kind works at a time. */
export interface WorkingEvent {
  task: WorkTask;
  /** Of `total`, in a unit of its own. */
  done: number;
  total: number;
}
