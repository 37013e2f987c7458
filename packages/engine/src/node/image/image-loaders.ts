/** libvips' loaders of the formats that {@link sniffFormat} lets through. Every process that decodes blocks the others. */
export const IMAGE_LOADERS: readonly string[] = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Heif'].map(
  (format) => `VipsForeignLoad${format}`,
);
