import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Cluster } from '../../../../src/clusters/domain/cluster.ts';
import { ClusterId } from '../../../../src/kernel/identity.ts';
import { failureLine } from '../../api/failures.ts';
import { clusterNodesQuery, planQuery, type SettingsInput } from '../../api/queries.ts';
import { Field } from '../../ui/field.tsx';
import type { ExperimentForm } from './form.ts';
import { asTyped, NeededTime } from './needed-time.tsx';

type Change = (part: Partial<ExperimentForm>) => void;

/** Where, for how long, and what must stay visible. */
export const TargetPart = ({
  form,
  clusters,
  settings,
  onChange,
}: {
  readonly form: ExperimentForm;
  readonly clusters: readonly Cluster[];
  /** what was typed, once somebody pauses; null while it cannot be read */
  readonly settings: SettingsInput | null;
  readonly onChange: Change;
}) => (
  <>
    <section className="create-part">
      <h2>on</h2>
      {clusters.length === 0 ? (
        <p className="field-finding">
          No cluster is registered. <Link to="/clusters">Clusters</Link> says how to add one.
        </p>
      ) : (
        <Field label="Cluster" pointer="/targets/0/cluster_id" isInline>
          {(control) => (
            <select
              {...control}
              value={form.clusterId}
              onChange={({ target }) => onChange({ clusterId: target.value, nodeNames: [] })}
            >
              <option value="">choose a cluster</option>
              {clusters.map(({ id, settings, health }) => (
                <option key={id} value={id}>
                  {settings.name}
                  {health === 'unreachable' ? ' (does not answer)' : ''}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Nodes form={form} onChange={onChange} />
    </section>
    <TimePart form={form} settings={settings} onChange={onChange} />
    <section className="create-part">
      <h2>while these stay visible</h2>
      <Field
        label="Critical processes"
        pointer="/critical_processes"
        hint="Names of executables, separated by commas. A loss of one of them on any node ends the experiment."
      >
        {(control) => (
          <input
            {...control}
            className="wide"
            value={form.critical}
            placeholder="nginx, postgres"
            onChange={({ target }) => onChange({ critical: target.value })}
          />
        )}
      </Field>
    </section>
  </>
);

/** For how long; what it needs follows the form when it comes to rest. */
const TimePart = ({
  form,
  settings,
  onChange,
}: {
  readonly form: ExperimentForm;
  readonly settings: SettingsInput | null;
  readonly onChange: Change;
}) => {
  const plan = useQuery({ ...planQuery(settings ?? ({} as SettingsInput)), enabled: settings !== null });
  return (
    <section className="create-part">
      <h2>for</h2>
      <p className="sentence">
        <Duration
          label="Measured time"
          pointer="/duration_seconds"
          value={form.duration}
          placeholder={plan.data === undefined ? 'planned' : asTyped(plan.data.askedSeconds)}
          onChange={(duration) => onChange({ duration })}
        />{' '}
        measured, after{' '}
        <Duration
          label="Warm-up"
          pointer="/warmup_seconds"
          value={form.warmup}
          onChange={(warmup) => onChange({ warmup })}
        />{' '}
        of warm-up, in slots of{' '}
        <Duration label="Slot" pointer="/slot_seconds" value={form.slot} onChange={(slot) => onChange({ slot })} />,
        each variant collecting every{' '}
        <Duration
          label="Collection interval"
          pointer="/collection_interval_seconds"
          value={form.interval}
          onChange={(interval) => onChange({ interval })}
        />
        .
      </p>
      <NeededTime
        plan={plan}
        isReadable={settings !== null}
        isAccepted={form.mayEndInconclusive}
        onTake={(duration) => onChange({ duration })}
        onAccept={(mayEndInconclusive) => onChange({ mayEndInconclusive })}
      />
      <p className="quiet">
        Write 90s, 30m or 1h30m; empty, the measured time is what it needs, up to 24 h. Less than 24 h gives a
        screening: enough for a canary, not for a fleet.
      </p>
    </section>
  );
};

const Duration = ({
  label,
  pointer,
  value,
  placeholder,
  onChange,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: string;
  readonly placeholder?: string | undefined;
  readonly onChange: (value: string) => void;
}) => (
  <Field label={label} pointer={pointer} isInline>
    {(control) => (
      <input
        {...control}
        className="short num"
        title={label}
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);

const Nodes = ({ form, onChange }: { readonly form: ExperimentForm; readonly onChange: Change }) => {
  const clusterId = ClusterId.safeParse(form.clusterId).data;
  const nodes = useQuery({
    ...clusterNodesQuery(clusterId ?? ('' as ClusterId)),
    enabled: clusterId !== undefined,
  });
  if (clusterId === undefined) return null;
  if (nodes.error !== null) return <p className="quiet">The nodes cannot be listed: {failureLine(nodes.error)}</p>;
  const items = nodes.data?.items ?? [];
  const toggle = (name: string, isChosen: boolean) =>
    onChange({ nodeNames: isChosen ? [...form.nodeNames, name] : form.nodeNames.filter((each) => each !== name) });
  return (
    <fieldset className="nodes">
      <legend>
        {form.nodeNames.length === 0 ? 'on every ready node' : 'on these nodes'}
        {form.nodeNames.length === 0 ? <span className="quiet">; choose some to measure there only</span> : null}
      </legend>
      {items.map(({ name, ready, reservedBy }) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={form.nodeNames.includes(name)}
            onChange={({ target }) => toggle(name, target.checked)}
          />
          <code>{name}</code>
          <span className="quiet">
            {ready ? '' : 'not ready'}
            {reservedBy === null ? '' : `held by ${reservedBy}`}
          </span>
        </label>
      ))}
      {nodes.data !== undefined && items.length === 0 ? (
        <p className="quiet">No node was seen on this cluster yet.</p>
      ) : null}
    </fieldset>
  );
};
