/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Part */

/**
 * What a run of jest came to. A suite that could not even be loaded, a run that broke off and a run without any test
 * count as failures: none of them may look like success.
 *
 * @param {string} name
 * @param {number} code exit code of jest
 * @param {() => any} read reads jest's own summary; may throw when jest left none
 * @returns {Part}
 */
export function readSummary(name, code, read) {
	let json;
	try {
		json = read();
	} catch {
		return { passed: 0, failed: 1, skipped: 0, failures: [`${name}: jest broke off (exit ${code})`] };
	}
	const failures = json.testResults.flatMap(failuresOf);
	const part = {
		passed: json.numPassedTests,
		failed: json.numFailedTests,
		skipped: json.numPendingTests + json.numTodoTests,
		failures,
	};
	const brokenSuites = json.numRuntimeErrorTestSuites;
	if (brokenSuites) part.failed += brokenSuites;
	if (part.passed + part.failed === 0) return { ...part, failed: 1, failures: [`${name}: not one test has run`] };
	if (code !== 0 && part.failed === 0)
		return { ...part, failed: 1, failures: [`${name}: jest ended with exit ${code}`] };
	return part;
}

function failuresOf({ name, message, assertionResults }) {
	const failed = assertionResults
		.filter((result) => result.status === 'failed')
		.map((result) => `${name}: ${result.fullName}`);
	return failed.length || !message || assertionResults.length ? failed : [`${name}: could not be loaded`];
}

/**
 * @param {Part[]} parts
 * @returns {Part}
 */
export function addUp(parts) {
	const sum = (key) => parts.reduce((total, part) => total + part[key], 0);
	return {
		passed: sum('passed'),
		failed: sum('failed'),
		skipped: sum('skipped'),
		failures: parts.flatMap((part) => part.failures),
	};
}

/** @param {Part} sum */
export function closingLine({ passed, failed, skipped }) {
	return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
