import { InvalidArgumentError } from 'commander';

/** An address with a host and perhaps a path, and nothing that an address of a server does not have. */
export function parsePublicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isAddress =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isAddress || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('Expected an address such as https://example.org/calque/.');
  return url;
}
