import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { apply, makeKubernetesApi } from '../../../local/parts/kubernetes-api.ts';
import type { ClusterConnection } from '../../../src/clusters/application/ports.ts';
import { DIRECT_SUBJECT, discoveryYaml, onboardingYaml } from '../../../src/clusters/domain/onboarding.ts';
import { DISCOVERY_RIGHTS } from '../../../src/clusters/domain/rights.ts';
import { accepted, epoch, settingsOf, T0 } from './cluster-connection-suite.ts';
import type { RealCluster } from './real-cluster.ts';

const NAMESPACE = 'phoenix-onboarded';
const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'api/v1/namespaces',
  ServiceAccount: 'api/v1/namespaces/*/serviceaccounts',
  Role: 'apis/rbac.authorization.k8s.io/v1/namespaces/*/roles',
  RoleBinding: 'apis/rbac.authorization.k8s.io/v1/namespaces/*/rolebindings',
  ClusterRole: 'apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: 'apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  ValidatingAdmissionPolicy: 'apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  CronJob: 'apis/batch/v1/namespaces/*/cronjobs',
};
const Manifest = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const TokenRequest = z.object({ status: z.object({ token: z.string() }) });

/** What an administrator applies is what we need, and not more. */
export const describeOnboarding = (
  cluster: () => RealCluster,
  open: (namespace: string, token: string) => ClusterConnection,
): void => {
  describe('the onboarding manifest', () => {
    const options = { namespace: NAMESPACE, subject: DIRECT_SUBJECT };
    const administratorApplies = async (yaml: string): Promise<void> => {
      for (const document of parseAllDocuments(yaml)) {
        const object = Manifest.parse(document.toJS());
        const path = PLURALS[object.kind]?.replace('*', NAMESPACE);
        if (path === undefined) throw new Error(`the test does not know where a ${object.kind} lives`);
        await apply(cluster().admin, `/${path}/${object.metadata.name}`, object, 'administrator');
      }
    };
    const onboard = async (): Promise<string> => {
      const { admin } = cluster();
      await administratorApplies(onboardingYaml(options));
      const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const answer = await admin.request('POST', `${accounts}/${DIRECT_SUBJECT.name}/token`, {
        type: 'application/json',
        content: request,
      });
      return TokenRequest.parse(answer).status.token;
    };

    test('gives the service account exactly what the preflight asks for', async () => {
      const connection = open(NAMESPACE, await onboard());
      const report = accepted(await connection.preflight(T0));
      expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
      const wanted = { owner: 'exp-on', epoch: epoch(1), expiresAt: null, objects: [settingsOf('exp-on', 'v')] };
      expect(accepted(await connection.apply(wanted))).toEqual({ applied: 2 });
      expect(accepted(await connection.remove('exp-on', epoch(1)))).toEqual({ remaining: 0 });
    });

    test('lets nobody look for collectors before the administrator applies the manifest for it', async () => {
      const connection = open(NAMESPACE, await onboard());
      const seen = accepted(await connection.workloads());
      const { daemonsets, deployments, statefulsets, ofOperator } = DISCOVERY_RIGHTS;
      expect(seen).toEqual({ objects: [], forbidden: [daemonsets, deployments, statefulsets, ofOperator] });
      expect(await connection.configMap('kube-system', 'kube-root-ca.crt')).toMatchObject({
        refusal: { code: 'cluster-forbidden' },
      });
      expect(await connection.pods('kube-system', {})).toMatchObject({ refusal: { code: 'cluster-forbidden' } });
      await administratorApplies(discoveryYaml(options));
      // the API server needs a moment to load a new role
      const forbidden = async () => accepted(await connection.workloads()).forbidden;
      await expect.poll(forbidden, { timeout: 15_000 }).toEqual([]);
      expect(accepted(await connection.pods('kube-system', { nobody: 'has-this' }))).toEqual([]);
      expect(accepted(await connection.configMap('kube-system', 'nobody-has-it'))).toBeNull();
      // the new rights are none of those that we must not have
      expect(accepted(await connection.preflight(T0)).checks.filter(({ passed }) => !passed)).toEqual([]);
    });

    test('lets us label nodes with our own keys and change nothing else of them', async () => {
      const token = await onboard();
      const { access } = cluster();
      const ours = makeKubernetesApi({ ...access, token });
      const patch = (content: object) =>
        ours.request('PATCH', '/api/v1/nodes/node-b', { type: 'application/merge-patch+json', content });
      await patch({ metadata: { labels: { 'phoenix.dev/exp-on': 'candidate' } } });
      await patch({ metadata: { labels: { 'phoenix.dev/exp-on': null } } });
      // the API server needs a moment to load a new policy; each try is another change, a repetition would be none
      let tries = 0;
      const relabelling = () => patch({ metadata: { labels: { zone: `z-${++tries}` } } }).then(() => 'allowed', String);
      await expect.poll(relabelling, { timeout: 15_000 }).toContain('phoenix.dev/');
      await expect(patch({ metadata: { annotations: { note: 'x' } } })).rejects.toThrow('nothing of a node but');
      await expect(patch({ spec: { unschedulable: true } })).rejects.toThrow('nothing of a node but');
      ours.close();
    });
  });
};
