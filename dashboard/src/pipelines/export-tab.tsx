import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { ExportFormat } from '../../../src/pipelines/domain/export.ts';
import { exportQuery } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { CodeBlock } from '../ui/copy.tsx';
import { Field, FindingsProvider } from '../ui/field.tsx';
import { saveFile } from '../ui/save-file.ts';
import { Segments } from '../ui/segments.tsx';
import { Broken, Skeleton } from '../ui/states.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useSettled } from '../ui/use-settled.ts';

const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = {
  yaml: 'Plain manifests',
  kustomize: 'Kustomize',
  helm: 'Helm values',
};

const WHERE_ASKED = 'where the settings ask for it';

interface Wish {
  readonly format: ExportFormat;
  readonly revision: number;
  readonly namespace: string;
  readonly clusterName: string;
  readonly remoteWriteUrl: string;
}

/** Files for a repository that a cluster follows. */
export const ExportTab = ({ view }: { readonly view: PipelineView }) => {
  const [wish, setWish] = useState<Wish>({
    format: 'yaml',
    revision: view.published?.revision ?? view.latest.number,
    namespace: 'telemetry',
    clusterName: '',
    remoteWriteUrl: '',
  });
  const settled = useSettled(wish);
  const { format, revision, namespace, clusterName, remoteWriteUrl } = settled;
  const query = useQuery(
    exportQuery(view.id, {
      format,
      revision,
      namespace,
      ...(clusterName.trim() === '' ? {} : { clusterName: clusterName.trim() }),
      ...(remoteWriteUrl.trim() === '' ? {} : { remoteWriteUrl: remoteWriteUrl.trim() }),
    }),
  );
  const change = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }));
  const errors = query.error instanceof ApiProblem ? query.error.errors : [];
  return (
    <FindingsProvider findings={errors}>
      <div className="stack">
        <Segments
          label="Form of the files"
          name="format"
          options={ExportFormat.options}
          words={FORMAT_WORDS}
          chosen={wish.format}
          onChoose={(chosen) => change({ format: chosen })}
        />
        <div className="pipeline-details">
          <Field label="Revision" pointer="/revision">
            {(control) => (
              <select
                {...control}
                value={wish.revision}
                onChange={({ target }) => change({ revision: Number(target.value) })}
              >
                {Array.from({ length: view.latest.number }, (_, index) => view.latest.number - index).map((number) => (
                  <option key={number} value={number}>
                    {number}
                    {number === view.published?.revision ? ', published' : ''}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <TextField
            label="Namespace"
            pointer="/namespace"
            value={wish.namespace}
            onChange={(given) => change({ namespace: given })}
          />
          <TextField
            label="Name of the cluster"
            pointer="/cluster_name"
            hint={WHERE_ASKED}
            value={wish.clusterName}
            placeholder="from the Secret"
            onChange={(given) => change({ clusterName: given })}
          />
          <TextField
            label="Remote write address"
            pointer="/remote_write_url"
            hint={WHERE_ASKED}
            value={wish.remoteWriteUrl}
            placeholder="from the Secret"
            onChange={(given) => change({ remoteWriteUrl: given })}
          />
        </div>
        {query.error === null ? null : errors.length > 0 ? (
          <p className="field-finding" role="alert">
            {query.error.message}
          </p>
        ) : (
          <Broken what="The export" failure={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data === undefined ? (
          query.error === null ? (
            <Skeleton lines={8} height={320} />
          ) : null
        ) : (
          query.data.files.map(({ path, content }) => (
            <section key={path}>
              <div className="panel-head">
                <h3>
                  <code>{path}</code>
                </h3>
                <Button icon="download" label={`Download ${path}`} onClick={() => saveFile(path, content)}>
                  Download
                </Button>
              </div>
              <CodeBlock text={content} label={`${path} as text`} />
            </section>
          ))
        )}
        <section>
          <h3>The same from a terminal</h3>
          <CodeBlock
            text={`phoenix pipeline export ${view.id}@${revision} --format ${format} --namespace ${namespace} --to ./deploy`}
            label="Command that writes these files"
          />
        </section>
      </div>
    </FindingsProvider>
  );
};
