import { saveAndReload } from './page.mjs';

self.addEventListener('sync', (event) => event.waitUntil(saveAndReload('service-worker', self.endpoint)));
