/** Names of records as files: of the image, and of the answer. */
export class RecordNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** Equal for the same answer, choice and post-processing; else another one. */
  nameOf(imagePath: string, predictionId: string, choice: string): string {
    const key = `${predictionId} ${choice}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const stem = `${stemOf(imagePath)}-${predictionId.replaceAll(/[^\w-]/g, '').slice(0, 8)}`;
    let name = stem;
    // Ids are compared without case, as some file systems do.
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    this.#taken.add(name.toLowerCase());
    this.#names.set(key, name);
    return name;
  }
}

/** Letters, digits, hyphens and dots of the file's name, without its extension. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'image' : plain;
}
