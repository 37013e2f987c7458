/** Of this page, as long as it is open: the author of its entries, and whom the server takes turns with. */
export const pageId: string = crypto.randomUUID();
