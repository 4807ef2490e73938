import { describe, expect, test } from 'vitest';
import type { Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import type { Variables } from '../../../src/truth/domain/check.ts';
import { importDocuments } from '../../../src/truth/domain/documents.ts';
import { prepare, queryFor, standingOf } from '../../../src/truth/domain/question.ts';

const RULES = `
groups:
  - name: cpu
    interval: 30s
    rules:
      - record: exe:cpu:rate5m
        expr: sum by (process_executable_name) (rate(process_cpu_time_seconds_total[5m]))
        labels: { team: core }
      - alert: Busy
        expr: exe:cpu:rate5m > 0.9
        for: 5m
        keep_firing_for: 1m
        labels: { severity: page, tier: 1 }
      - alert: Broken
        expr: sum by (
      - alert: Odd
        expr: vector(1)
        for: soon
      - { alert: Both, record: both, expr: x }
      - { expr: x }
      - just a text
`;

const objectOf = (object: unknown): string => JSON.stringify(object);

const imported = (text: string, variables: Variables = {}) => {
  const read = importDocuments([{ name: 'given', text }], variables, sha256);
  if (!read.accepted) throw new Error(read.refusal.message);
  return read.value;
};

describe('rules', () => {
  test('of a file become checks, those that cannot be read with the reason', () => {
    expect(imported(RULES).map(({ kind, name, fault }) => [kind, name, fault])).toEqual([
      ['recording', 'exe:cpu:rate5m', null],
      ['alert', 'Busy', null],
      ['alert', 'Broken', 'line 1, column 9: the query ends where more is expected'],
      ['alert', 'Odd', 'for: "soon" is no duration such as 5m'],
      ['alert', 'Both', 'it has both alert and record; Prometheus takes one of them'],
      ['alert', 'rule 6', 'it has neither alert nor record'],
      ['alert', 'rule 7', 'it is no rule: an alert or a record with an expr is wanted here'],
    ]);
    expect(imported(RULES)[1]).toMatchObject({
      place: 'given › cpu',
      query: 'exe:cpu:rate5m > 0.9',
      forSeconds: 300,
      keepFiringForSeconds: 60,
      intervalSeconds: 30,
      labels: { severity: 'page', tier: '1' },
    });
  });

  test('of PrometheusRule objects, alone, in a list or after each other, are found alike', () => {
    const rule = (name: string) => ({
      kind: 'PrometheusRule',
      metadata: { name, namespace: 'monitoring' },
      spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'up == 0' }] }] },
    });
    const places = (text: string) => imported(text).map(({ place }) => place);
    expect(places(objectOf(rule('one')))).toEqual(['monitoring/one › g']);
    expect(places(objectOf({ kind: 'PrometheusRuleList', items: [rule('one'), rule('two')] }))).toHaveLength(2);
    expect(places(`${objectOf(rule('one'))}\n---\n${objectOf(rule('two'))}`)).toHaveLength(2);
  });

  test('keep their ids when their queries change, and two of one name have two', () => {
    const changed = imported(RULES.replace('> 0.9', '> 0.8'));
    expect(changed.map(({ id }) => id)).toEqual(imported(RULES).map(({ id }) => id));
    const twice = imported('groups: [{ name: g, rules: [{ alert: A, expr: x }, { alert: A, expr: y }] }]');
    expect(new Set(twice.map(({ id }) => id)).size).toBe(2);
  });

  test.each([
    ['groups: [', 'rules-unreadable', /given cannot be read as YAML or JSON/],
    ['{"hello": 1}', 'rules-unreadable', /given is neither rules .* nor a dashboard/],
    ['&a [*a, *a]', 'rules-unreadable', /./],
  ])('%s is refused', (text, code, message) => {
    expect(importDocuments([{ name: 'given', text }], {}, sha256)).toMatchObject({
      accepted: false,
      refusal: { code, message: expect.stringMatching(message), errors: [{ pointer: '/documents/0/text' }] },
    });
  });
});

describe('dashboards', () => {
  const dashboard = {
    title: 'Hosts',
    templating: {
      list: [
        { name: 'exe', current: { value: ['nginx', 'redis'] } },
        { name: 'all', current: { value: '$__all' } },
        { name: 'unset' },
      ],
    },
    panels: [
      {
        title: 'CPU',
        targets: [
          { refId: 'A', expr: 'rate(x{exe=~"$exe"}[$__rate_interval])' },
          { refId: 'B', expr: `rate(x{exe=~"\${all:regex}"}[5m])` },
          { refId: 'C', expr: 'x{a="[[unset]]"}' },
          { refId: 'D', expr: 'label_replace(x, "a", "$1", "b", "(.*)")' },
          { refId: 'E', expr: 'sum(', datasource: { type: 'prometheus' } },
          { refId: 'F', expr: '{job="logs"} |= "error"', datasource: { type: 'loki' } },
          { refId: 'G' },
        ],
      },
      { title: 'More', type: 'row', panels: [{ title: 'Memory', targets: [{ expr: 'y' }] }] },
    ],
  };

  test('become a check a query, with values in place of variables', () => {
    expect(
      imported(objectOf(dashboard)).map(({ place, name, evaluated, fault }) => [place, name, fault ?? evaluated]),
    ).toEqual([
      ['Hosts', 'CPU (A)', 'rate(x{exe=~"(nginx|redis)"}[5m])'],
      ['Hosts', 'CPU (B)', 'rate(x{exe=~".+"}[5m])'],
      ['Hosts', 'CPU (C)', 'the variable $unset has no value in the dashboard; state one when you import it'],
      ['Hosts', 'CPU (D)', 'label_replace(x, "a", "$1", "b", "(.*)")'],
      ['Hosts', 'CPU (E)', 'line 1, column 5: the query ends where more is expected'],
      ['Hosts › More', 'Memory', 'y'],
    ]);
  });

  test('take the values that the importer states', () => {
    const [first, , third] = imported(objectOf(dashboard), { __rate_interval: '2m', unset: 'v' });
    expect([first?.evaluated, third?.evaluated]).toEqual(['rate(x{exe=~"(nginx|redis)"}[2m])', 'x{a="v"}']);
  });

  test('of the older schema and in a wrapper are the same', () => {
    const { panels, ...rest } = dashboard;
    expect(imported(objectOf({ ...rest, rows: [{ title: 'r', panels }] }))).toHaveLength(6);
    expect(imported(objectOf({ dashboard }))).toHaveLength(6);
  });
});

describe('a question', () => {
  const SCOPE = { experimentId: 'exp-0123456789ab' as ExperimentId, epoch: 2 as Epoch };
  const prepared = (expr: string) => {
    const [first] = prepare(imported(objectOf({ groups: [{ name: 'g', rules: [{ alert: 'A', expr }] }] })));
    if (first === undefined || 'why' in first) throw new Error(first?.why);
    return first.question;
  };

  test('is one query for both variants and every part, told apart by labels', () => {
    const about = (variant: string) => `{phx_experiment="exp-0123456789ab",phx_epoch="e2",phx_variant="${variant}"}`;
    const marked = (text: string, variant: string, part: number) =>
      `label_replace(label_replace(${text}, "phx_variant", "${variant}", "", ""), "phx_part", "${part}", "", "")`;
    expect(queryFor(prepared('x > 5'), SCOPE)).toBe(
      [
        marked(`x${about('baseline')} > 5`, 'baseline', 0),
        marked(`x${about('candidate')} > 5`, 'candidate', 0),
        marked(`x${about('baseline')}`, 'baseline', 1),
        marked(`x${about('candidate')}`, 'candidate', 1),
      ].join(' or '),
    );
  });

  test.each([
    ['x > 5', ['x', 'y'], { asked: true, why: null }],
    ['z > 5', ['x', 'y'], { asked: false, why: null }],
    ['{__name__=~"x.*"} > 5', ['xyz'], { asked: true, why: null }],
    ['x * on (a) group_left z > 5', ['x'], { asked: false, why: 'it needs z as well, which neither variant writes' }],
    ['x > 5 unless on (a) z', ['x'], { asked: true, why: null }],
  ])('%s of variants that write %j', (expr, written, standing) => {
    expect(standingOf(prepared(expr), written)).toEqual(standing);
  });

  test('that reads a recording is about what is recorded', () => {
    const checks = prepare(imported(RULES));
    const busy = checks.find((each) => 'question' in each && each.question.check.name === 'Busy');
    if (busy === undefined || !('question' in busy)) throw new Error('Busy cannot be asked');
    expect(standingOf(busy.question, ['process_cpu_time_seconds_total'])).toEqual({ asked: true, why: null });
    expect(busy.question.secondsBack).toBe(300);
  });
});
