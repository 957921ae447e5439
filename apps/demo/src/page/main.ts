import { FaultPanel } from './faults/fault-panel.js';
import { TourBar } from './tour/tour-bar.js';
import { DevicePanel } from './view/device-panel.js';
import { MarketDay } from './view/market-day.js';
import { ServerPanel } from './view/server-panel.js';

customElements.define('market-device', DevicePanel);
customElements.define('market-server', ServerPanel);
customElements.define('market-tour', TourBar);
customElements.define('market-faults', FaultPanel);
customElements.define('market-day', MarketDay);

if (import.meta.env.PROD) await navigator.serviceWorker.register('/service-worker.js');
