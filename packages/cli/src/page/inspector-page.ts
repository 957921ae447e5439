import { defineInspector, Inspector } from '@cpc/devtools';
import { remoteSource } from './remote-source.js';

/** Shows the inspector for the queue that the address opens. */
async function show(): Promise<void> {
  defineInspector();
  const inspector = new Inspector();
  inspector.source = await remoteSource(location.hash.slice(1));
  document.body.replaceChildren(inspector);
}

show().catch((error: unknown) => {
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.textContent = error instanceof Error ? error.message : String(error);
  document.body.replaceChildren(text);
});
