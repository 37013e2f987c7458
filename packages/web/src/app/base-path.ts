/** What lies before the addresses of this server, behind a proxy: without a slash at its end, empty at the root. */
export function basePath(): string {
  const content = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '/';
  // As it was built, without a server: in development.
  return content === './' ? '' : content.replace(/\/$/, '');
}
