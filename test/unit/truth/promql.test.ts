import { describe, expect, test } from 'vitest';
import { expandRecordings, type Recording } from '../../../src/truth/domain/promql/expand.ts';
import { parseQuery } from '../../../src/truth/domain/promql/parse.ts';
import {
  canAnswer,
  secondsBack,
  secondsShown,
  selectorsOf,
  shortestCountedWindow,
  whyNotPerSlot,
} from '../../../src/truth/domain/promql/reach.ts';
import { printed } from '../../../src/truth/domain/promql/syntax.ts';
import { aboutVariant } from '../../../src/truth/domain/promql/variant.ts';

const read = (text: string) => {
  const parsed = parseQuery(text);
  if (!parsed.accepted) throw new Error(`${text}: ${parsed.refusal.message}`);
  return parsed.value;
};

describe('a query that can be read is printed with its meaning', () => {
  test.each([
    [
      'sum(rate(x{a="b",c=~"d|e",}[5m] offset -1h @ 123)) by (job, "x.y") >bool on(a) group_left(b) y',
      'sum by (job, "x.y") (rate(x{a="b",c=~"d|e"}[5m] offset -1h @ 123)) > bool on (a) group_left (b) y',
    ],
    ['max_over_time((a+b)[30m:1m] offset 5m)', 'max_over_time((a + b)[30m:1m] offset 5m)'],
    ['-x @ end() + y offset 5m', '-x @ end() + y offset 5m'],
    ['{"http.x", a!="1"}', '{"http.x",a!="1"}'],
    ['{__name__="x",b=`\\d`}', 'x{b="\\\\d"}'],
    ["x{a='it\\'s \\x41'}", 'x{a="it\'s A"}'],
    ['topk(5, x) without (y)', 'topk without (y) (5, x)'],
    ['quantile(0.9, x) and ignoring() y or vector(1)', 'quantile(0.9, x) and ignoring () y or vector(1)'],
    ['x # a remark\n + y', 'x + y'],
    ['1h + 0x1f ^ Inf', '1h + 0x1f ^ Inf'],
  ])('%s', (given, expected) => {
    expect(printed(read(given))).toBe(expected);
    expect(printed(read(expected))).toBe(expected);
  });
});

describe('a query that cannot be read is refused with its place and a sentence', () => {
  test.each([
    ['sum by ( x', 'line 1, column 11: the query ends where more is expected'],
    ['sum(x)\n  by (a\n> 5', 'line 3, column 1: "> 5" is not expected here'],
    ['foo(x)', 'line 1, column 4: no function is called "foo"'],
    ['rate(x)', 'line 1, column 6: rate takes a range vector such as x[5m] here, and this is a vector'],
    ['rate(x[5m], 3)', 'line 1, column 1: rate takes 1, and 2 arguments stand here'],
    ['topk(x, 5)', 'line 1, column 6: topk takes a number here, and this is a vector'],
    ['x[5m]', 'line 1, column 1: it gives a range vector such as x[5m], which has no curve'],
    ['x[5m] > 1', 'line 1, column 7: > works on numbers and vectors, and one side is a range vector such as x[5m]'],
    ['1 > 2', 'line 1, column 3: two numbers are compared with bool'],
    ['x and 5', 'line 1, column 3: and works on vectors, and one side is a number'],
    ['x > on(a) 5', 'line 1, column 3: labels are matched between vectors, and one side is a number'],
    ['x + bool y', 'line 1, column 3: bool belongs to comparisons'],
    ['{}', 'line 1, column 1: a selector has to say something that an empty label does not match'],
    ['x{a="\\q"}', 'line 1, column 5: "\\q" is no escape in a text'],
    ['x{__name__="y"}', 'line 1, column 1: a metric name is given twice'],
    ['limitk(2, x)', 'line 1, column 1: limitk picks series by chance, which cannot be compared'],
    ['rate(x[$__rate_interval])', 'line 1, column 8: "$__rate_interval])" is not expected here'],
    ['', 'line 1, column 1: the query is empty'],
    ['x'.repeat(16_001), 'line 1, column 1: it has 16001 characters; 16000 are the most'],
  ])('%s', (given, sentence) => {
    const message = sentence.replace(/^line 1, column 1: (it has)/, '$1');
    expect(parseQuery(given)).toMatchObject({ accepted: false, refusal: { code: 'query-unreadable', message } });
  });
});

describe('a query about one variant reads as if our labels were not there', () => {
  const V = [
    { label: 'e', op: '=' as const, value: '1' },
    { label: 'v', op: '=' as const, value: 'b' },
  ];
  test.each([
    ['rate(x{a="b"}[5m] offset 1h)', 'rate(x{a="b",e="1",v="b"}[5m] offset 1h)'],
    ['x @ 5 + 1', 'x{e="1",v="b"} @ 5 + 1'],
    ['max_over_time(sum(x)[1h:5m])', 'max_over_time(sum(x{e="1",v="b"})[1h:5m])'],
    ['x / y', 'x{e="1",v="b"} / ignoring (e, v) y{e="1",v="b"}'],
    ['sum(x) * ignoring(i) group_right y', 'sum(x{e="1",v="b"}) * ignoring (i, e, v) group_right () y{e="1",v="b"}'],
    ['x * on(i) group_left(a) y', 'x{e="1",v="b"} * on (i) group_left (a) y{e="1",v="b"}'],
    ['x > bool y', 'x{e="1",v="b"} > bool ignoring (e, v) y{e="1",v="b"}'],
    ['x unless y or vector(0)', 'x{e="1",v="b"} unless ignoring (e, v) y{e="1",v="b"} or ignoring (e, v) vector(0)'],
    ['sum without (i) (x)', 'sum without (i, e, v) (x{e="1",v="b"})'],
    ['sum by (i) (x)', 'sum by (i) (x{e="1",v="b"})'],
    ['scalar(x) * y - time()', 'scalar(x{e="1",v="b"}) * y{e="1",v="b"} - time()'],
    ['absent({__name__=~"a|b"})', 'absent({__name__=~"a|b",e="1",v="b"})'],
  ])('%s', (given, expected) => {
    const text = printed(aboutVariant(read(given), V));
    expect(text).toBe(expected);
    expect(printed(read(text))).toBe(text);
  });
});

describe('recordings', () => {
  const rules: Readonly<Record<string, readonly (readonly [string, Readonly<Record<string, string>>])[]>> = {
    'a:x': [['sum by (a) (x)', {}]],
    'b:x': [['rate(x[5m])', { team: 'core' }]],
    two: [
      ['y', {}],
      ['z', {}],
    ],
    'c:deep': [['a:x{a="1"} / b:x', {}]],
    'l:one': [['l:two', {}]],
    'l:two': [['l:one', {}]],
  };
  const recordingsOf = (name: string): readonly Recording[] =>
    (rules[name] ?? []).map(([text, labels]) => ({ expr: read(text), labels, intervalSeconds: 30 }));

  test.each([
    ['a:x > 5', 'sum by (a) (x) > 5'],
    ['two', '(y or z)'],
    ['b:x', 'label_replace(rate(x[5m]), "team", "core", "", "")'],
    ['avg_over_time(a:x[10m])', 'avg_over_time(sum by (a) (x)[10m:30s])'],
    ['a:x offset 1h', 'last_over_time(sum by (a) (x)[30s:30s] offset 1h)'],
    [
      'a:x{a!~"b.*"}',
      'label_replace(label_replace(sum by (a) (x), "phx_matches", "yes", "a", "b.*") unless on (phx_matches) label_replace(vector(1), "phx_matches", "yes", "", ""), "phx_matches", "", "", "")',
    ],
  ])('%s is written out', (given, expected) => {
    const expanded = expandRecordings(read(given), recordingsOf);
    expect(expanded.accepted ? printed(expanded.value) : expanded.refusal.message).toBe(expected);
  });

  test.each([
    ['l:one', 'recording-cycle', 'it refers to itself: l:one → l:two → l:one'],
    [
      'q:gone + 1',
      'recording-missing',
      'it reads q:gone, and no imported rule records that; import its rule file, too',
    ],
  ])('%s is told', (given, code, message) => {
    expect(expandRecordings(read(given), recordingsOf)).toMatchObject({ accepted: false, refusal: { code, message } });
  });

  test('what is written out stays a query that can be read', () => {
    const expanded = expandRecordings(read('max_over_time(c:deep[1h]) > 3'), recordingsOf);
    if (!expanded.accepted) throw new Error(expanded.refusal.message);
    expect(printed(read(printed(expanded.value)))).toBe(printed(expanded.value));
  });

  test('so long that nobody could ask it, it is refused', () => {
    const doubling = (name: string): readonly Recording[] =>
      /^d:\d+$/.test(name) && name !== 'd:0'
        ? [
            {
              expr: read(`d:${Number(name.slice(2)) - 1} + d:${Number(name.slice(2)) - 1}`),
              labels: {},
              intervalSeconds: 30,
            },
          ]
        : name === 'd:0'
          ? [{ expr: read('x'), labels: {}, intervalSeconds: 30 }]
          : [];
    expect(expandRecordings(read('d:5'), doubling)).toMatchObject({ accepted: true });
    expect(expandRecordings(read('d:40'), doubling)).toMatchObject({
      accepted: false,
      refusal: { code: 'query-too-long' },
    });
  });
});

describe('how far a query reaches', () => {
  test.each([
    ['x', 0, 300, null],
    ['rate(x[5m])', 300, 300, null],
    ['rate(x[5m] offset 1h) / y', 3900, 300, null],
    ['max_over_time(rate(x[5m])[30m:1m])', 2100, 2100, null],
    ['sum(count_over_time(x[2m])) + changes(y[10m])', 600, 600, 120],
  ])('%s', (text, back, shown, counted) => {
    const expr = read(text);
    expect([secondsBack(expr), secondsShown(expr), shortestCountedWindow(expr)]).toEqual([back, shown, counted]);
  });

  test.each([
    ['x @ 5', /one fixed instant/],
    ['x offset -5m', /reads the future/],
    ['count(ALERTS{alertname="A"})', /reads ALERTS/],
  ])('%s has no value of its own at a slot', (text, why) => expect(whyNotPerSlot(read(text))).toMatch(why));

  test.each([
    ['x + y', false],
    ['x or y', true],
    ['y or x', true],
    ['x unless y', true],
    ['y unless x', false],
    ['x and y', false],
    ['absent(y)', true],
    ['vector(1)', true],
    ['count(x) > sum(y)', false],
  ])('with x alone %s can answer: %s', (text, expected) =>
    expect(canAnswer(read(text), ({ name }) => name === 'x')).toBe(expected),
  );

  test('selectors are found wherever they stand', () => {
    const names = selectorsOf(read('sum(a) / on(i) b > max_over_time((c + d)[1h:1m]) and absent(e)')).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
