/** Puts jasmine's `describe`, `it`, `expect` … into the global scope, where tfjs-core's tests expect them. Imported before any test. */

import jasmineCore from 'jasmine-core';

const jasmine = jasmineCore.boot();
jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000; // for WebGPU in software, on busy cores

// The suite has several groups of one name, and its order matters to some of them.
jasmine.getEnv().configure({ forbidDuplicateNames: false, random: false });
