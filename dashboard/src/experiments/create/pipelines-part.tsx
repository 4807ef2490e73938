import type { Template } from '../../../../src/pipelines/domain/template.ts';
import { Field } from '../../ui/field.tsx';
import { Parameters } from '../../ui/parameters.tsx';
import { type ExperimentForm, type PipelineForm, suggestedName } from './form.ts';

/** Compare this with that. */
export const PipelinesPart = ({
  form,
  templates,
  clusterName,
  onChange,
}: {
  readonly form: ExperimentForm;
  readonly templates: readonly Template[];
  readonly clusterName: string | undefined;
  readonly onChange: (part: Partial<ExperimentForm>) => void;
}) => (
  <section className="create-part">
    <Field label="Name" pointer="/name">
      {(control) => (
        <input
          {...control}
          className="wide"
          value={form.name}
          placeholder={suggestedName(form, clusterName)}
          maxLength={100}
          onChange={({ target }) => onChange({ name: target.value })}
        />
      )}
    </Field>
    <div className="sides">
      <Side
        title="Compare"
        variant="candidate"
        chosen={form.candidate}
        templates={templates}
        onChange={(candidate) => onChange({ candidate })}
      />
      <Side
        title="with"
        variant="baseline"
        chosen={form.baseline}
        templates={templates}
        onChange={(baseline) => onChange({ baseline })}
      />
    </div>
  </section>
);

const Side = ({
  title,
  variant,
  chosen,
  templates,
  onChange,
}: {
  readonly title: string;
  readonly variant: 'baseline' | 'candidate';
  readonly chosen: PipelineForm;
  readonly templates: readonly Template[];
  readonly onChange: (pipeline: PipelineForm) => void;
}) => {
  const template = templates.find(({ name }) => name === chosen.template);
  const pointer = `/${variant}_pipeline`;
  return (
    <fieldset className={`side side-${variant}`}>
      <legend>
        {title} <span className={`key key-${variant}`}>{variant}</span>
      </legend>
      <Field label={`Template of the ${variant}`} pointer={`${pointer}/template`} isInline hint={template?.summary}>
        {(control) => (
          <select
            {...control}
            value={chosen.template}
            onChange={({ target }) => onChange({ template: target.value, parameters: {} })}
          >
            <option value="">choose a template</option>
            {templates.map(({ name, title: words, version }) => (
              <option key={name} value={name}>
                {words} ({name} {version})
              </option>
            ))}
          </select>
        )}
      </Field>
      {template === undefined ? null : (
        <Parameters
          template={template}
          values={chosen.parameters}
          pointer={pointer}
          onChange={(parameters) => onChange({ ...chosen, parameters })}
        />
      )}
    </fieldset>
  );
};
