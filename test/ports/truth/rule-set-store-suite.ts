import { expect, test } from 'vitest';
import { TenantId } from '../../../src/kernel/identity.ts';
import { draftEvent } from '../../../src/platform/declare/event.ts';
import type { RuleSetStore } from '../../../src/truth/application/ports.ts';
import { truthEvents } from '../../../src/truth/contract/events.ts';
import { type Check, CheckId } from '../../../src/truth/domain/check.ts';
import { countsOf, type RuleSet, RuleSetName } from '../../../src/truth/domain/rule-set.ts';
import { ANNA } from '../../support/builders.ts';
import { T0 } from '../../support/platform.ts';

const ACME = TenantId.parse('rulesacme');
const GLOBEX = TenantId.parse('rulesglobex');

const check = (name: string): Check => ({
  ...{ id: CheckId.parse('chk-0123456789ab'), kind: 'alert', name, place: 'node.yaml › cpu' },
  ...{ query: 'x > $limit', evaluated: 'x > 1', labels: { severity: 'page' }, fault: null },
  ...{ forSeconds: 60, keepFiringForSeconds: 0, intervalSeconds: 30 },
});

const revision = (tenantId: TenantId, name: string, number: number, checks: readonly Check[]): RuleSet => ({
  ...{ tenantId, name: RuleSetName.parse(name), revision: number, digest: `${name}-${number}` },
  ...{ importedAt: T0, importedBy: ANNA, ...countsOf(checks) },
});

/** What every store of rule sets promises. */
export const ruleSetStoreSuite = (setUp: () => RuleSetStore): void => {
  const commit = (store: RuleSetStore, next: RuleSet, checks: readonly Check[]) => {
    const { name, digest } = next;
    const said = { name, revision: next.revision, digest, checks: checks.length };
    return store.commit(next, checks, draftEvent(truthEvents[0], said), ANNA);
  };

  test('sets are listed by name, each tenant its own', async () => {
    const store = setUp();
    const [second, first, foreign] = [
      revision(ACME, 'panels', 1, [check('CPU')]),
      revision(ACME, 'alerts', 1, [check('Busy')]),
      revision(GLOBEX, 'alerts', 1, []),
    ];
    for (const each of [second, first, foreign]) {
      expect(await commit(store, each, [check('Busy')])).toEqual({ accepted: true, value: each });
    }
    expect(await store.list(ACME)).toEqual([first, second]);
    expect(await store.list(GLOBEX)).toEqual([foreign]);
    expect(await store.load(GLOBEX, second.name)).toBeNull();
  });

  test('the newest revision is found by name, the checks of every revision for good', async () => {
    const store = setUp();
    const [before, after] = [[check('Old')], [check('New'), check('More')]];
    const [first, second] = [revision(ACME, 'kept', 1, before), revision(ACME, 'kept', 2, after)];
    await commit(store, first, before);
    await commit(store, second, after);
    expect(await store.load(ACME, first.name)).toEqual(second);
    expect(await store.checks(ACME, 'kept', first.digest)).toEqual(before);
    expect(await store.checks(ACME, 'kept', second.digest)).toEqual(after);
    expect(await store.checks(ACME, 'kept', 'another')).toBeNull();
    expect(await store.checks(GLOBEX, 'kept', first.digest)).toBeNull();
  });

  test('two thousand long rules are one revision', async () => {
    const store = setUp();
    const checks = Array.from({ length: 2000 }, (_, nth) => ({
      ...check(`Rule${nth}`),
      query: `x${nth} > `.repeat(40),
    }));
    const large = revision(ACME, 'large', 1, checks);
    expect(await commit(store, large, checks)).toMatchObject({ accepted: true });
    expect(await store.checks(ACME, 'large', large.digest)).toEqual(checks);
  });

  test('of two imports at once one becomes the revision, and the other is told', async () => {
    const store = setUp();
    await commit(store, revision(ACME, 'raced', 1, []), []);
    const both = await Promise.all(
      ['one', 'other'].map((name) => commit(store, { ...revision(ACME, 'raced', 2, []), digest: name }, [check(name)])),
    );
    expect(both.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(both.find(({ accepted }) => !accepted)).toMatchObject({
      refusal: { code: 'precondition-failed', facts: { revision: 2 } },
    });
    expect(await commit(store, revision(ACME, 'raced', 1, []), [])).toMatchObject({ accepted: false });
  });
};
