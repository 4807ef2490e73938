import { CriterionMetric } from '../../../../src/experiments/domain/settings.ts';
import { METRIC_TITLES } from '../../format/words.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { type CriterionForm, type ExperimentForm, limitFactor } from './form.ts';

/** What must get better, and what must not get worse. */
export const CriteriaPart = ({
  form,
  onChange,
}: {
  readonly form: ExperimentForm;
  readonly onChange: (part: Partial<ExperimentForm>) => void;
}) => {
  const replace = (index: number, criterion: CriterionForm) =>
    onChange({ criteria: form.criteria.with(index, criterion) });
  const remove = (index: number) => onChange({ criteria: form.criteria.filter((_, each) => each !== index) });
  const rows = form.criteria.map((criterion, index) => ({ criterion, index }));
  const ofRole = (role: CriterionForm['role']) => rows.filter(({ criterion }) => criterion.role === role);
  const list = (role: CriterionForm['role']) => (
    <ul className="criteria">
      {ofRole(role).map(({ criterion, index }) => (
        <CriterionRow
          key={`${criterion.role} ${criterion.metric}`}
          criterion={criterion}
          index={index}
          onChange={(changed) => replace(index, changed)}
          onRemove={role === 'primary' ? null : () => remove(index)}
        />
      ))}
    </ul>
  );
  return (
    <section className="create-part">
      <h2>It has to save</h2>
      {list('primary')}
      <h2>and nothing of this may get worse</h2>
      {list('guardrail')}
      {list('limit')}
      <AddGuardrail form={form} onAdd={(criterion) => onChange({ criteria: [...form.criteria, criterion] })} />
      <p className="quiet">
        Only shown, never judged:{' '}
        {ofRole('diagnostic')
          .map(({ criterion }) => METRIC_TITLES[criterion.metric])
          .join(', ') || 'nothing'}
        .
      </p>
    </section>
  );
};

const CriterionRow = ({
  criterion,
  index,
  onChange,
  onRemove,
}: {
  readonly criterion: CriterionForm;
  readonly index: number;
  readonly onChange: (criterion: CriterionForm) => void;
  readonly onRemove: (() => void) | null;
}) => (
  <li>
    <span className="sentence">
      <CriterionSentence criterion={criterion} at={`/success_criteria/${index}`} onChange={onChange} />
    </span>
    {onRemove === null ? null : (
      <Button look="quiet" icon="cross" label={`Do not judge ${METRIC_TITLES[criterion.metric]}`} onClick={onRemove}>
        {''}
      </Button>
    )}
  </li>
);

const CriterionSentence = ({
  criterion,
  at,
  onChange,
}: {
  readonly criterion: CriterionForm;
  readonly at: string;
  readonly onChange: (criterion: CriterionForm) => void;
}) => {
  switch (criterion.role) {
    case 'primary':
      return (
        <>
          at least{' '}
          <NumberField
            label="Minimum saving in percent"
            pointer={`${at}/minimum_saving_ratio`}
            value={criterion.minimumSavingPercent}
            onChange={(minimumSavingPercent) => onChange({ ...criterion, minimumSavingPercent })}
          />{' '}
          % of{' '}
          <Field label="Metric to save" pointer={`${at}/metric`} isInline>
            {(control) => (
              <select
                {...control}
                value={criterion.metric}
                onChange={({ target }) => onChange({ ...criterion, metric: CriterionMetric.parse(target.value) })}
              >
                {SAVEABLE.map((metric) => (
                  <option key={metric} value={metric}>
                    {METRIC_TITLES[metric]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </>
      );
    case 'guardrail':
      return (
        <>
          <strong>{METRIC_TITLES[criterion.metric]}</strong>: worse by less than{' '}
          <NumberField
            label={`Margin of ${METRIC_TITLES[criterion.metric]} in percent`}
            pointer={`${at}/margin_ratio`}
            value={criterion.marginPercent}
            onChange={(marginPercent) => onChange({ ...criterion, marginPercent })}
          />{' '}
          %; ended early when worse by more than{' '}
          <NumberField
            label={`Abort margin of ${METRIC_TITLES[criterion.metric]} in percent`}
            pointer={`${at}/abort_margin_ratio`}
            value={criterion.abortMarginPercent}
            placeholder="half"
            onChange={(abortMarginPercent) => onChange({ ...criterion, abortMarginPercent })}
          />{' '}
          % is proven
        </>
      );
    case 'limit':
      return (
        <>
          <strong>{METRIC_TITLES[criterion.metric]}</strong>: never above{' '}
          <NumberField
            label={`Limit of ${METRIC_TITLES[criterion.metric]}`}
            pointer={`${at}/maximum`}
            value={criterion.maximum}
            onChange={(maximum) => onChange({ ...criterion, maximum })}
          />
          {limitFactor(criterion.metric) === 1 ? '' : ' MiB'} on a node in {criterion.breaches} of {criterion.of} slots
        </>
      );
    case 'diagnostic':
      return METRIC_TITLES[criterion.metric];
  }
};

const SAVEABLE: readonly CriterionMetric[] = ['exported_points', 'active_series', 'exported_bytes'];

const NumberField = ({
  label,
  pointer,
  value,
  placeholder = '',
  onChange,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) => (
  <Field label={label} pointer={pointer} isInline>
    {(control) => (
      <input
        {...control}
        className="short num"
        inputMode="decimal"
        title={label}
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);

const GUARDABLE: readonly CriterionMetric[] = ['critical_coverage', 'lost_points_ratio', 'failed_points'];

/** A margin has no safe default, so a new one begins empty and asks for it. */
const AddGuardrail = ({
  form,
  onAdd,
}: {
  readonly form: ExperimentForm;
  readonly onAdd: (criterion: CriterionForm) => void;
}) => {
  const judged = form.criteria.filter(({ role }) => role === 'guardrail').map(({ metric }) => metric);
  const free = GUARDABLE.filter((metric) => !judged.includes(metric));
  if (free.length === 0) return null;
  return (
    <p className="sentence">
      {free.map((metric) => (
        <Button
          key={metric}
          icon="plus"
          look="quiet"
          onClick={() => onAdd({ role: 'guardrail', metric, marginPercent: '', abortMarginPercent: '' })}
        >
          guard {METRIC_TITLES[metric]}
        </Button>
      ))}
    </p>
  );
};
