import { Link } from '@tanstack/react-router';
import type { PipelineView } from '../../../../src/pipelines/contract/views.ts';
import type { Template } from '../../../../src/pipelines/domain/template.ts';
import { parseVariantText, variantText } from '../../pipelines/variant-text.ts';
import { TemplateOptions } from '../../templates/template-options.tsx';
import { Field } from '../../ui/field.tsx';
import { Parameters } from '../../ui/parameters.tsx';
import { type ExperimentForm, type PipelineForm, suggestedName } from './form.ts';

interface Known {
  readonly templates: readonly Template[];
  readonly pipelines: readonly PipelineView[];
}

/** Compare this with that. */
export const PipelinesPart = ({
  form,
  clusterName,
  onChange,
  ...known
}: Known & {
  readonly form: ExperimentForm;
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
          placeholder={suggestedName(form, clusterName, known.pipelines)}
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
        {...known}
        onChange={(candidate) => onChange({ candidate })}
      />
      <Side
        title="with"
        variant="baseline"
        chosen={form.baseline}
        {...known}
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
  pipelines,
  onChange,
}: Known & {
  readonly title: string;
  readonly variant: 'baseline' | 'candidate';
  readonly chosen: PipelineForm;
  readonly onChange: (pipeline: PipelineForm) => void;
}) => {
  const template = templates.find(({ name }) => name === chosen.runs);
  const reference = parseVariantText(chosen.runs);
  const pipeline = pipelines.find(({ id }) => id === reference?.pipelineId);
  const pointer = `/${variant}_pipeline`;
  const offered = revisionsOffered(pipelines, chosen.runs);
  return (
    <fieldset className={`side side-${variant}`}>
      <legend>
        {title} <span className={`key key-${variant}`}>{variant}</span>
      </legend>
      <Field
        label={`Template or pipeline of the ${variant}`}
        pointer={reference === null ? `${pointer}/template` : pointer}
        isInline
        hint={template?.summary ?? pipelineHint(pipeline)}
      >
        {(control) => (
          <select
            {...control}
            value={chosen.runs}
            onChange={({ target }) => onChange({ runs: target.value, parameters: {} })}
          >
            <option value="">choose a template or a pipeline</option>
            <optgroup label="Templates">
              <TemplateOptions templates={templates} />
            </optgroup>
            {offered.length === 0 ? null : (
              <optgroup label="Pipelines">
                {offered.map(({ runs, words }) => (
                  <option key={runs} value={runs}>
                    {words}
                  </option>
                ))}
              </optgroup>
            )}
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
      {reference === null ? null : (
        <p className="quiet">
          Its settings are those of the revision.{' '}
          <Link
            to="/pipelines/$pipelineId"
            params={{ pipelineId: reference.pipelineId }}
            search={reference.revision === undefined ? {} : { revision: reference.revision }}
          >
            Look at them
          </Link>
        </p>
      )}
    </fieldset>
  );
};

/** The published revision of each pipeline, and whatever the address asked for. */
const revisionsOffered = (pipelines: readonly PipelineView[], chosen: string) => {
  const published = pipelines.flatMap(({ id, name, published: each }) =>
    each === null ? [] : [{ runs: variantText(id, each.revision), words: `${name}, revision ${each.revision}` }],
  );
  const asked = parseVariantText(chosen);
  if (asked === null || published.some(({ runs }) => runs === chosen)) return published;
  const name = pipelines.find(({ id }) => id === asked.pipelineId)?.name ?? asked.pipelineId;
  return [
    ...published,
    { runs: chosen, words: asked.revision === undefined ? name : `${name}, revision ${asked.revision}` },
  ];
};

const pipelineHint = (pipeline: PipelineView | undefined): string | undefined =>
  pipeline === undefined
    ? undefined
    : `owned by ${pipeline.owner}${pipeline.description === '' ? '' : `: ${pipeline.description}`}`;
