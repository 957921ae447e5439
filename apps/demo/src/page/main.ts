import { MarketDay } from './market-day.js';
import { PersonPanel } from './person-panel.js';

customElements.define('market-person', PersonPanel);
customElements.define('market-day', MarketDay);

if (import.meta.env.PROD) await navigator.serviceWorker.register('/service-worker.js');
