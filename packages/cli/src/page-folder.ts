/** Where the inspector's page lies once it is built: beside the program. */
export const PAGE_FOLDER: URL = new URL('./page/', import.meta.url);
