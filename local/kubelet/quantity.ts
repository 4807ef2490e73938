const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** A Kubernetes quantity as a number: `250m` → 0.25, `128Mi` → 134217728. */
export const quantityOf = (text: string): number => {
  const [, digits = '', suffix = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = FACTORS[suffix];
  if (digits === '' || factor === undefined) throw new Error(`${text} is not a quantity`);
  return Number(digits) * factor;
};
