import { controlRoutes } from './control/routes.ts';
import { pageRoutes } from './control/page.ts';
import { driveChangeRoutes } from './drive/changes.ts';
import { driveFileRoutes } from './drive/files.ts';
import { driveListRoutes } from './drive/list.ts';
import { drivePlaceRoutes } from './drive/places.ts';
import { driveUploadRoutes } from './drive/upload.ts';
import { bucketRoutes } from './files/buckets.ts';
import { fileRoutes } from './files/routes.ts';
import { oauthRoutes } from './oauth.ts';
import { generateRoutes } from './text/generate.ts';
import { modelRoutes } from './text/models.ts';
import { interactionRoutes } from './video/interactions.ts';
import { veoRoutes } from './video/veo.ts';
import type { Route } from './wire/call.ts';

/** Every route of the rehearsal; the first that fits answers. */
export const routes: Route[] = [
	...pageRoutes,
	...controlRoutes,
	...interactionRoutes,
	...veoRoutes,
	...generateRoutes,
	...modelRoutes,
	...fileRoutes,
	...oauthRoutes,
	...driveListRoutes,
	...driveFileRoutes,
	...drivePlaceRoutes,
	...driveChangeRoutes,
	...driveUploadRoutes,
	...bucketRoutes,
];
