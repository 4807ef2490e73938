import * as z from 'zod';
import type { FoundCheck, Variables } from './check.ts';
import { parseQuery } from './promql/parse.ts';

const Target = z.looseObject({
  refId: z.string().optional(),
  expr: z.string().optional(),
  datasource: z.unknown().optional(),
});

const Panel = z.looseObject({
  title: z.string().optional(),
  type: z.string().optional(),
  datasource: z.unknown().optional(),
  targets: z.array(Target).nullish(),
  get panels() {
    return z.array(Panel).nullish();
  },
});
type Panel = z.infer<typeof Panel>;

const Value = z.union([z.string(), z.array(z.string())]);
const Variable = z.looseObject({
  name: z.string(),
  query: z.unknown().optional(),
  allValue: z.string().nullish(),
  current: z.looseObject({ value: Value.optional().catch(undefined) }).nullish(),
});

const parts = {
  title: z.string().optional(),
  templating: z.looseObject({ list: z.array(Variable).catch([]) }).nullish(),
};

/** A dashboard of Grafana, of the schema with panels or of the older one with rows. */
export const Dashboard = z.union([
  z.looseObject({ ...parts, panels: z.array(Panel), rows: z.array(Panel).nullish() }),
  z.looseObject({ ...parts, rows: z.array(Panel) }),
]);
type Dashboard = z.infer<typeof Dashboard>;

/** Every query of Prometheus on a dashboard, with values in place of its variables. */
export const checksOfDashboard = (dashboard: Dashboard, stated: Variables): readonly FoundCheck[] => {
  const title = dashboard.title ?? 'a dashboard';
  const values = { ...GRAFANA_OWN, ...valuesOf(dashboard), ...stated };
  const panels = [
    ...(('panels' in dashboard ? (dashboard.panels as Panel[]) : undefined) ?? []),
    ...(dashboard.rows ?? []),
  ];
  return panels.flatMap((panel) => checksOfPanel(panel, title, values));
};

const checksOfPanel = (panel: Panel, above: string, values: Variables): readonly FoundCheck[] => {
  const title = panel.title === undefined || panel.title === '' ? 'a panel' : panel.title;
  const inner = (panel.panels ?? []).flatMap((each) => checksOfPanel(each, `${above} › ${title}`, values));
  const own = (panel.targets ?? []).flatMap(({ refId = '', expr, datasource }) => {
    if (expr === undefined || expr.trim() === '' || isOfAnotherKind(datasource ?? panel.datasource)) return [];
    const { text, unknown } = substituted(expr, values);
    const read = parseQuery(text);
    const fault =
      unknown.length > 0
        ? `the variable ${unknown.map((name) => `$${name}`).join(', ')} has no value in the dashboard; state one when you import it`
        : read.accepted
          ? null
          : read.refusal.message;
    return [
      {
        ...{ kind: 'panel' as const, name: refId === '' ? title : `${title} (${refId})`, place: above, query: expr },
        ...{ evaluated: text, labels: {}, forSeconds: 0, keepFiringForSeconds: 0, intervalSeconds: 60, fault },
      },
    ];
  });
  return [...own, ...inner];
};

/** Queries of logs stand in `expr`, too; what says nothing is asked of Prometheus. */
const isOfAnotherKind = (datasource: unknown): boolean => {
  const { success, data } = z.object({ type: z.string() }).safeParse(datasource);
  return success && !data.type.includes('prometheus') && !data.type.startsWith('$') && data.type !== 'datasource';
};

/** What Grafana would put in for a panel of some hours; whoever imports may state others. */
const GRAFANA_OWN: Variables = {
  __interval: '1m',
  __rate_interval: '5m',
  __range: '1h',
  __interval_ms: '60000',
  __range_s: '3600',
};

const valuesOf = ({ templating }: Dashboard): Variables =>
  Object.fromEntries(
    (templating?.list ?? []).flatMap(({ name, query, allValue, current }): (readonly [string, string])[] => {
      const value =
        current?.value ?? (typeof query === 'string' && !query.includes('(') ? query.split(',')[0] : undefined);
      if (value === undefined || value.length === 0) return [];
      const all = value === '$__all' || (Array.isArray(value) && value.includes('$__all'));
      if (all) return [[name, allValue ?? '.+']];
      return [[name, Array.isArray(value) ? (value.length === 1 ? (value[0] ?? '') : `(${value.join('|')})`) : value]];
    }),
  );

const VARIABLE = /\$(\w+)|\$\{(\w+)(?:[.:][^}]*)?\}|\[\[(\w+)(?::[^\]]*)?\]\]/g;

/** Values may name variables themselves; a few rounds are enough, and a circle is left unknown. */
const substituted = (
  expr: string,
  values: Variables,
): { readonly text: string; readonly unknown: readonly string[] } => {
  let text = expr;
  for (let round = 0; round < 3 && text.search(VARIABLE) >= 0; round += 1) {
    text = text.replaceAll(VARIABLE, (whole, plain?: string, braced?: string, bracketed?: string) => {
      const name = plain ?? braced ?? bracketed ?? '';
      return Object.hasOwn(values, name) ? (values[name] ?? whole) : whole;
    });
  }
  // $1 and $2 are groups in label_replace, not variables
  const left = [...text.matchAll(VARIABLE)].map(([, plain, braced, bracketed]) => plain ?? braced ?? bracketed ?? '');
  return { text, unknown: [...new Set(left.filter((name) => !/^\d+$/.test(name)))] };
};
