/**
 * The program of an image. An image is known by its whole name (`repository:tag`, `repository@digest`) or by its
 * repository alone; the registry may be left out of what is known.
 */
export const programOf = (
  image: string,
  images: Readonly<Record<string, { readonly program: string }>>,
): string | undefined => {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const [first = '', ...rest] = repository.split('/');
  const withoutRegistry = /[.:]|^localhost$/.test(first) && rest.length > 0 ? rest.join('/') : repository;
  return (images[image] ?? images[repository] ?? images[withoutRegistry])?.program;
};
