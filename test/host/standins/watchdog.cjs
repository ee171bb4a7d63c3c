// Stands in for @vscode/native-watchdog, which needs a compiler. It ends an extension host whose
// server is gone; the native one does so even while JavaScript is stuck, this one only between turns.
'use strict';

/** @param {number} pid of the server */
exports.start = pid => {
  const timer = setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(0);
    }
  }, 2000);
  timer.unref();
};

/** @param {number} code */
exports.exit = code => process.exit(code);
