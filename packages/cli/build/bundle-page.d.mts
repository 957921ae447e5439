/** Makes the inspector's page in a folder: one script with all that it needs, since a browser finds no packages. */
export function bundlePage(folder: string): Promise<void>;
