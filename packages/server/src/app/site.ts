/** Where people reach the server, as their browsers see it: behind a proxy that is not where it listens. */
export interface Site {
  /** Host name that requests may come under besides the server's own; null: no other. */
  readonly host: string | null;
  /** What every address begins with, without a slash at its end; empty at the root. */
  readonly basePath: string;
  /** Over HTTPS: cookies are sent over nothing else. */
  readonly isSecure: boolean;
}

/** @param publicUrl null: where the server listens. */
export function siteOf(publicUrl: URL | null): Site {
  if (publicUrl === null) return { host: null, basePath: '', isSecure: false };
  return {
    host: publicUrl.hostname.toLowerCase(),
    basePath: publicUrl.pathname.replace(/\/+$/, ''),
    isSecure: publicUrl.protocol === 'https:',
  };
}

/** The address of a request without the base path: a proxy may leave it on or take it off. */
export function withoutBasePath(url: string, { basePath }: Site): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

/** The page as it was built, with addresses that hold from every place below the base path. */
export function pageBelow(html: string, { basePath }: Site): string {
  return html.replaceAll('"./', `"${basePath}/`);
}
