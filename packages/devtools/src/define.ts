import { defineInspector } from './element/define-inspector.js';

defineInspector();
