// Loaded into the server: when whoever started it is gone without a word, it ends its process group.
'use strict';

// The server's children inherit this file, and end with the group.
if (process.argv[1]?.endsWith('server-main.js')) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL');
  }, 1000);
  timer.unref();
}
