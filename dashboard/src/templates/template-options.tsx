import type { Template } from '../../../src/pipelines/domain/template.ts';

/** Templates to choose from in a `select`. */
export const TemplateOptions = ({ templates }: { readonly templates: readonly Template[] }) =>
  templates.map(({ name, title, version }) => (
    <option key={name} value={name}>
      {title} ({name} {version})
    </option>
  ));
