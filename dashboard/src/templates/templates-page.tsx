import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { Template } from '../../../src/pipelines/domain/template.ts';
import { describeFailure } from '../api/failures.ts';
import { renderQuery, templatesQuery } from '../api/queries.ts';
import { CodeBlock, Copyable } from '../ui/copy.tsx';
import { FindingsProvider } from '../ui/field.tsx';
import { Parameters } from '../ui/parameters.tsx';
import { Broken, Empty, Loaded, Skeleton } from '../ui/states.tsx';
import { isWorthTrying } from './for-experiments.ts';
import { parameterTexts, parameterValues } from './parameter-values.ts';

/** Templates at the left, the chosen one at the right: what it does, what can be set, what the collector gets. */
export const TemplatesPage = () => {
  const query = useQuery(templatesQuery);
  const { name } = useParams({ strict: false });
  return (
    <>
      <title>Templates · Phoenix</title>
      <div className="page-head">
        <h1>Templates</h1>
      </div>
      <Loaded query={query} what="The list of templates" skeleton={<Skeleton lines={6} height={420} />}>
        {(templates) => {
          const chosen = name === undefined ? templates[0] : templates.find((each) => each.name === name);
          if (templates.length === 0) {
            return (
              <Empty title="No template yet">
                <p>
                  Templates come with the installation. That there are none points to a deployment that is not complete.
                </p>
              </Empty>
            );
          }
          return (
            <div className="split">
              <TemplateList templates={templates} chosen={chosen?.name} />
              {chosen === undefined ? (
                <Empty title={`No template is called ${name}`}>
                  <p>The list at the left has those that there are.</p>
                </Empty>
              ) : (
                <TemplateDetail key={chosen.name} template={chosen} />
              )}
            </div>
          );
        }}
      </Loaded>
    </>
  );
};

const TemplateList = ({
  templates,
  chosen,
}: {
  readonly templates: readonly Template[];
  readonly chosen: string | undefined;
}) => (
  <ul className="cards" aria-label="Templates">
    {templates.map((template) => (
      <li key={template.name}>
        <Link
          to="/templates/$name"
          params={{ name: template.name }}
          className={template.name === chosen ? 'card card-chosen' : 'card'}
          aria-current={template.name === chosen ? 'page' : undefined}
        >
          <span className="card-title">
            {template.title} <span className="quiet num">{template.version}</span>
          </span>
          <span>{template.summary}</span>
          <span className="quiet">{[template.signal, template.lever, ...NOTES[template.use]].join(' · ')}</span>
        </Link>
      </li>
    ))}
  </ul>
);

/** What a card says of a template that is no variant of an experiment. */
const NOTES: Readonly<Record<Template['use'], readonly string[]>> = {
  experiment: [],
  deployment: ['works by itself'],
  pre_check: ['a check before an experiment'],
  not_yet: ['cannot be deployed yet'],
};

const TemplateDetail = ({ template }: { readonly template: Template }) => {
  const { parameters = {} } = useSearch({ strict: false });
  const navigate = useNavigate();
  const rendered = useQuery(renderQuery({ template: template.name, version: template.version, parameters }));
  const preview = useLast(rendered.data);
  const findings = rendered.error instanceof ApiProblem ? rendered.error.errors : [];
  return (
    <article className="template">
      <header className="panel-head">
        <h2>{template.title}</h2>
        <code>
          {template.name} {template.version}
        </code>
        {isWorthTrying(template) ? (
          <Link to="/experiments/new" search={{ candidate: template.name }} className="button button-primary">
            Try as experiment
          </Link>
        ) : null}
      </header>
      <p className="prose">{template.documentation}</p>
      <dl className="facts">
        <div>
          <dt>Keeps</dt>
          <dd>{template.keeps}</dd>
        </div>
        <div>
          <dt>Drops</dt>
          <dd>{template.drops}</dd>
        </div>
        <div>
          <dt>Mind</dt>
          <dd>{template.trap}</dd>
        </div>
      </dl>
      <section>
        <h3>Parameters</h3>
        <FindingsProvider findings={findings.map((each) => ({ ...each, pointer: `/template${each.pointer}` }))}>
          <Parameters
            template={template}
            values={parameterTexts(parameters)}
            pointer="/template"
            onChange={(texts) =>
              void navigate({
                to: '/templates/$name',
                params: { name: template.name },
                search: { parameters: parameterValues(template, texts) },
                replace: true,
                resetScroll: false,
              })
            }
          />
        </FindingsProvider>
      </section>
      <section>
        <h3>Components</h3>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Component</th>
              <th scope="col">Does</th>
              <th scope="col">Stability</th>
            </tr>
          </thead>
          <tbody>
            {template.components.map(({ id, does, stability }) => (
              <tr key={id}>
                <td data-label="Component">
                  <code>{id}</code>
                </td>
                <td data-label="Does">{does}</td>
                <td data-label="Stability">{stability}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <div className="panel-head">
          <h3>What the collector gets</h3>
          {preview === undefined ? null : (
            <Copyable text={preview.sha256} shown={`sha256 ${preview.sha256.slice(0, 12)}…`} />
          )}
        </div>
        {rendered.error === null ? null : findings.length > 0 ? (
          <p className="field-finding">{messageOf(rendered.error)}; the preview is that of the last readable values.</p>
        ) : (
          <Broken what="The preview" failure={rendered.error} onRetry={() => void rendered.refetch()} />
        )}
        {preview === undefined ? (
          rendered.error === null ? (
            <Skeleton lines={8} height={320} />
          ) : null
        ) : (
          <>
            <ol className="explanation">
              {preview.explanation.map(({ component, sentence }) => (
                <li key={component}>
                  <code>{component}</code> {sentence}
                </li>
              ))}
            </ol>
            <CodeBlock text={preview.yaml} label="Settings of the collector as YAML" />
          </>
        )}
      </section>
    </article>
  );
};

/** The newest value that there was: a preview stays while somebody types what cannot be rendered. */
const useLast = <T,>(value: T | undefined): T | undefined => {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
};

const messageOf = (failure: unknown): string => describeFailure(failure).message;
