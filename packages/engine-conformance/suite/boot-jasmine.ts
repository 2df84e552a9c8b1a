/** Puts jasmine's `describe`, `it`, `expect` … into the global scope, where tfjs-core's tests expect them. Imported before any test. */

import jasmineCore from 'jasmine-core';

// The suite has several groups of one name, and its order matters to some of them.
jasmineCore.boot().getEnv().configure({ forbidDuplicateNames: false, random: false });
