export const IDLE_LIMIT_MS = 30 * 60_000;
export const IDLE_WARNING_MS = 5 * 60_000;

/** What is left of a session in which nobody touched anything. */
export const idleStateAt = (
  nowMs: number,
  touchedAtMs: number,
):
  | { readonly state: 'active' }
  | { readonly state: 'warning'; readonly leftMs: number }
  | { readonly state: 'over' } => {
  const leftMs = touchedAtMs + IDLE_LIMIT_MS - nowMs;
  if (leftMs <= 0) return { state: 'over' };
  return leftMs <= IDLE_WARNING_MS ? { state: 'warning', leftMs } : { state: 'active' };
};
