import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import { counted } from '../../../src/kernel/words.ts';
import type { Template } from '../../../src/pipelines/domain/template.ts';
import { failureLine } from '../api/failures.ts';
import { renderQuery } from '../api/queries.ts';
import type { Word } from '../format/words.ts';
import { TemplateOptions } from '../templates/template-options.tsx';
import { Button } from '../ui/button.tsx';
import { WordMark } from '../ui/chips.tsx';
import { ChooseFile } from '../ui/choose-file.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { Field, FindingsProvider } from '../ui/field.tsx';
import { Parameters } from '../ui/parameters.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/states.tsx';
import { useSettled } from '../ui/use-settled.ts';
import { type Draft, FIRST_SETTINGS, wishOf } from './draft.ts';
import { type Analysis, analyse, graphOf, lineOf } from './editor/analyse.ts';
import { FindingsList } from './editor/findings-list.tsx';
import { GraphView } from './editor/graph-view.tsx';
import { type EditorHandle, SettingsEditor } from './editor/settings-editor.tsx';
import { PreviewPanel } from './preview/preview-panel.tsx';

interface Props {
  readonly draft: Draft;
  readonly templates: readonly Template[];
  readonly isReadOnly?: boolean;
  readonly onChange: (draft: Draft) => void;
  readonly onSave: () => void;
}

/** Settings of one revision, written or made from a template; what runs after what stands beside. */
export const DraftEditor = (props: Props) => {
  const { draft, templates, isReadOnly = false, onChange } = props;
  // what was written stays when somebody looks at the other way for a moment
  const [other, setOther] = useState<Draft | null>(null);
  const change = (kind: Draft['kind']): void => {
    if (kind === draft.kind) return;
    setOther(draft);
    if (other !== null && other.kind === kind) onChange(other);
    else if (kind === 'settings') onChange({ kind, yaml: FIRST_SETTINGS });
    else onChange({ kind, template: templates.find((each) => each.kind === 'optimized')?.name ?? '', values: {} });
  };
  return (
    <div className="draft">
      {isReadOnly ? null : (
        <Segments
          label="Where the settings come from"
          name="origin"
          options={['settings', 'template']}
          words={{ settings: 'Own settings', template: 'Template' }}
          chosen={draft.kind}
          onChoose={change}
        />
      )}
      {draft.kind === 'settings' ? <Written {...props} draft={draft} /> : <Made {...props} draft={draft} />}
      <Foreseen draft={draft} templates={templates} />
    </div>
  );
};

/** Beside the baseline, on a recorded host. */
const Foreseen = ({ draft, templates }: Pick<Props, 'draft' | 'templates'>) => {
  const settled = useSettled(draft);
  const candidate = settled.kind === 'settings' ? { yaml: settled.yaml } : wishOf(settled, templates);
  const isThere = settled.kind !== 'settings' || settled.yaml.trim() !== '';
  return <PreviewPanel question={isThere ? { baseline: { template: 'baseline' }, candidate } : null} />;
};

const Written = ({
  draft,
  isReadOnly = false,
  onChange,
  onSave,
}: Props & { readonly draft: Extract<Draft, { kind: 'settings' }> }) => {
  const editor = useRef<EditorHandle>(null);
  const settled = useSettled(draft.yaml);
  const analysis = useMemo(() => analyse(settled), [settled]);
  const isCurrent = settled === draft.yaml;
  return (
    <div className="draft-columns">
      <div className="draft-text">
        {isReadOnly ? null : <Offer analysis={analysis} onTake={(yaml) => onChange({ kind: 'settings', yaml })} />}
        <SettingsEditor
          yaml={draft.yaml}
          findings={isCurrent ? analysis.findings : []}
          isReadOnly={isReadOnly}
          handle={editor}
          onChange={(yaml) => onChange({ kind: 'settings', yaml })}
          onSave={onSave}
        />
        <p id="editor-keys" className="quiet editor-keys">
          <kbd>F8</kbd> next finding{isReadOnly ? '' : ', '}
          {isReadOnly ? null : (
            <>
              <kbd>Ctrl</kbd> <kbd>S</kbd> save
              <ChooseFile
                words="Open a file"
                accept=".yaml,.yml,.json,text/yaml,application/json"
                look="quiet"
                onRead={(yaml) => onChange({ kind: 'settings', yaml })}
              />
            </>
          )}
        </p>
        <FindingsList findings={analysis.findings} onGo={({ line, column }) => editor.current?.goTo(line, column)} />
        <InExperiment hindrances={analysis.hindrances} />
      </div>
      <aside className="draft-side" aria-label="What runs after what">
        <h3>Graph</h3>
        <GraphView
          graph={analysis.graph}
          findings={analysis.findings}
          onGo={(part, id) => {
            const line = lineOf(draft.yaml, part, id);
            if (line !== null) editor.current?.goTo(line, 3);
          }}
        />
      </aside>
    </div>
  );
};

/** A manifest around the settings, or a secret in them: one button does what is needed. */
const Offer = ({
  analysis: { offer, yaml },
  onTake,
}: {
  readonly analysis: Analysis;
  readonly onTake: (yaml: string) => void;
}) => {
  if (offer === null) return null;
  const secrets = offer.notes.filter(({ pointer }) => pointer !== '');
  const around = offer.notes.find(({ pointer }) => pointer === '');
  return (
    <div className="notice notice-in-page offer" role="status">
      <p>
        {around === undefined ? '' : `These are settings inside something else (${around.sentence}). `}
        {secrets.length === 0
          ? ''
          : `${counted(secrets.length, 'secret stands', 'secrets stand')} here in plain text: a revision never changes, so ${secrets.length === 1 ? 'it has' : 'they have'} to go before it is saved. Change ${secrets.length === 1 ? 'it' : 'them'} as well.`}
      </p>
      <Button onClick={() => onTake(offer.yaml)}>
        {secrets.length === 0
          ? 'Take the settings out'
          : around === undefined
            ? 'Put references in their place'
            : 'Take the settings out, put references in place of secrets'}
      </Button>
      <span className="only-read">{yaml.length} characters</span>
    </div>
  );
};

/** Findings that are no hindrance to a collector elsewhere may be one to an experiment. */
const InExperiment = ({ hindrances }: Pick<Analysis, 'hindrances'>) => {
  if (hindrances === null) return null;
  const word: Word =
    hindrances.length === 0
      ? { word: 'can be measured as it is', tone: 'good' }
      : { word: 'not measured as it is', tone: 'unclear' };
  return (
    <section className="editor-findings" aria-label="In an experiment">
      <div className="panel-head">
        <h3>In an experiment</h3>
        <span role="status">
          <WordMark word={word} />
        </span>
      </div>
      {hindrances.length === 0 ? (
        <p className="quiet">
          Its receivers and processors run on metrics as they are written; what it sends goes to the measurement store
          and nowhere else.
        </p>
      ) : (
        <ul className="hindrances">
          {hindrances.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

const Made = ({
  draft,
  templates,
  isReadOnly = false,
  onChange,
}: Props & { readonly draft: Extract<Draft, { kind: 'template' }> }) => {
  const template = templates.find(({ name }) => name === draft.template);
  const settled = useSettled(draft);
  const rendered = useQuery({ ...renderQuery(wishOf(settled, templates)), enabled: template !== undefined });
  const findings = rendered.error instanceof ApiProblem ? rendered.error.errors : [];
  const graph = useMemo(() => graphOf(rendered.data?.yaml ?? ''), [rendered.data]);
  return (
    <FindingsProvider findings={findings.map((each) => ({ ...each, pointer: `/origin${each.pointer}` }))}>
      <div className="draft-columns">
        <div className="draft-text">
          <Field label="Template" pointer="/origin/template" hint={template?.summary}>
            {(control) => (
              <select
                {...control}
                value={draft.template}
                disabled={isReadOnly}
                onChange={({ target }) => onChange({ kind: 'template', template: target.value, values: {} })}
              >
                <option value="">choose a template</option>
                <TemplateOptions templates={templates} />
              </select>
            )}
          </Field>
          {template === undefined ? null : (
            <fieldset disabled={isReadOnly}>
              <legend className="only-read">Parameters</legend>
              <Parameters
                template={template}
                values={draft.values}
                pointer="/origin"
                onChange={(values) => onChange({ ...draft, values })}
              />
            </fieldset>
          )}
          <div className="panel-head">
            <h3>What the collector gets</h3>
            {isReadOnly || rendered.data === undefined ? null : (
              <Button onClick={() => onChange({ kind: 'settings', yaml: rendered.data.yaml })}>
                Go on with this as own settings
              </Button>
            )}
          </div>
          {rendered.error === null ? null : <p className="field-finding">{failureLine(rendered.error)}</p>}
          {rendered.data === undefined ? (
            template === undefined || rendered.error !== null ? null : (
              <Skeleton lines={8} height={320} />
            )
          ) : (
            <CodeBlock text={rendered.data.yaml} label="Settings of the collector as YAML" />
          )}
        </div>
        <aside className="draft-side" aria-label="What runs after what">
          <h3>Graph</h3>
          {rendered.data === undefined ? null : (
            <>
              <GraphView graph={graph} findings={[]} onGo={() => undefined} />
              <ol className="explanation">
                {rendered.data.explanation.map(({ component, sentence }) => (
                  <li key={component}>
                    <code>{component}</code> {sentence}
                  </li>
                ))}
              </ol>
            </>
          )}
        </aside>
      </div>
    </FindingsProvider>
  );
};
