/** What the end-to-end tests are built of: the real n8n, worker, Redis, ffmpeg and Chromium, and the stand-in for Google. */
export * from './browser.ts';
export * from './cleanup.ts';
export * from './n8n.ts';
export * from './servers.ts';
export { freePort } from '../../../scripts/house/ports.ts';
export { root } from '../../../scripts/house/root.ts';
export { until, GiveUp } from '../../../scripts/house/until.ts';
