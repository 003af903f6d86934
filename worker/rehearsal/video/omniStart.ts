import { seedOf, type ClipSpec } from '../clips/spec.ts';
import type { House } from '../house.ts';
import type { Call } from '../wire/call.ts';
import { clipPrice, pixelsOf } from './models.ts';
import type { OmniRequest } from './omniRequest.ts';
import { newInteractionId, shotNumber, startOperation, type Operation } from './operations.ts';

/** Starts the paid work a checked request asks for, and writes it into the journal. */
export function startOmni(call: Call, request: OmniRequest): Operation {
	const usd = clipPrice(request.model, request.resolution, request.seconds, true);
	const shot = shotNumber(call.house, request.prompt);
	const operation = startOperation(
		call.house,
		{
			id: newInteractionId(),
			api: 'omni',
			model: request.model.id,
			prompt: request.prompt,
			shot,
			resolution: request.resolution,
			clips: [clipOf(call.house, request, shot)],
			// A finished background interaction hands its video over inline, whatever delivery was asked for.
			deliver: request.background ? 'data' : request.deliver,
			storageUri: null,
			stored: request.store,
			usd,
		},
		call.faults,
	);
	call.accept(operation.id, operation.usd);
	return operation;
}

function clipOf(house: House, request: OmniRequest, shot: number): ClipSpec {
	const [width, height] = pixelsOf(request.resolution, request.ratio);
	return {
		shot,
		prompt: request.prompt,
		note: noteOf(request),
		seed: request.seed ?? seedOf(request.prompt),
		seconds: request.seconds,
		width,
		height,
		sound: true,
		turn: house.state.next('turn') - 1,
	};
}

function noteOf({ images, videos, previous, task }: OmniRequest): string {
	const made = [
		images && `${images} image${images > 1 ? 's' : ''}`,
		videos && `${videos} video${videos > 1 ? 's' : ''}`,
		previous && `shot ${previous.shot}`,
	];
	const from = made.filter(Boolean).join(' and ');
	return from ? `${task ?? 'made'} from ${from}` : '';
}
