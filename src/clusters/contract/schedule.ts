/** How often every cluster is looked at; the first look of each hour sweeps it too. */
export const RECONCILE_EVERY_MINUTES = 5;
