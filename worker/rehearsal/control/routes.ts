import { z } from 'zod';
import { clipColour, clipTone, hexColour } from '../clips/spec.ts';
import { readSettings, writeSettings } from '../drive/access.ts';
import { furnishDrive } from '../drive/furnish.ts';
import { OrderInput } from '../state/orders.ts';
import { operationsOf, outcomeOf } from '../video/operations.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { checked } from './checked.ts';
import { controlDriveRoutes } from './drive.ts';

const open = { form: 'control', auth: 'none' } as const;
const Settings = z.strictObject({ serviceAccountsHaveNoStorage: z.boolean() }).partial();

/** The control API: what was asked, what was started, what is to go wrong. */
export const controlRoutes: Route[] = [
	{ name: 'control', method: 'GET', path: /^\/health$/, ...open, handle: () => ({ json: { status: 'ok' } }) },
	{ name: 'control', method: 'GET', path: /^\/rehearsal\/journal$/, ...open, handle: journal },
	{ name: 'control', method: 'DELETE', path: /^\/rehearsal\/journal$/, ...open, handle: clearJournal },
	{
		name: 'control',
		method: 'GET',
		path: /^\/rehearsal\/orders$/,
		...open,
		handle: (call) => ({ json: { orders: call.house.orders.list() } }),
	},
	{ name: 'control', method: 'POST', path: /^\/rehearsal\/orders$/, ...open, body: 'json', handle: order },
	{ name: 'control', method: 'DELETE', path: /^\/rehearsal\/orders$/, ...open, handle: clearOrders },
	{ name: 'control', method: 'GET', path: /^\/rehearsal\/operations$/, ...open, handle: operations },
	{
		name: 'control',
		method: 'GET',
		path: /^\/rehearsal\/settings$/,
		...open,
		handle: (call) => ({ json: readSettings(call.house) }),
	},
	{ name: 'control', method: 'PUT', path: /^\/rehearsal\/settings$/, ...open, body: 'json', handle: settings },
	{ name: 'control', method: 'DELETE', path: /^\/rehearsal$/, ...open, handle: reset },
	...controlDriveRoutes,
];

function journal(call: Call): Answer {
	const { query, house } = call;
	const route = query.get('route');
	const since = query.get('since');
	const filter = { paid: query.get('paid') === '1', ...(route ? { route } : {}), ...(since ? { since } : {}) };
	return { json: { totals: house.journal.totals(), entries: house.journal.list(filter) } };
}

function clearJournal(call: Call): Answer {
	call.house.journal.clear();
	return { json: {} };
}

function order(call: Call): Answer {
	return { status: 201, json: call.house.orders.add(checked(OrderInput, call.body)) };
}

function clearOrders(call: Call): Answer {
	call.house.orders.clear();
	return { json: {} };
}

function settings(call: Call): Answer {
	return { json: writeSettings(call.house, checked(Settings, call.body)) };
}

/** Everything as on the first day; files and clips on disk stay until the folder is deleted. */
function reset(call: Call): Answer {
	call.house.state.clear();
	furnishDrive(call.house);
	return { json: {} };
}

/** Every video operation with what its picture and sound can be told by. */
function operations(call: Call): Answer {
	const all = operationsOf(call.house).all();
	const shown = all.map((operation) => ({
		id: operation.id,
		model: operation.model,
		shot: operation.shot,
		prompt: operation.prompt,
		state: outcomeOf(call.house, operation).state,
		usd: operation.usd,
		createdAt: new Date(operation.createdAt).toISOString(),
		clips: operation.clips.map((spec) => ({
			...spec,
			colour: hexColour(clipColour(spec)),
			toneHz: clipTone(spec),
		})),
	}));
	return { json: { count: shown.length, operations: shown } };
}
