// Stands in for @vscode/spdlog, which needs a compiler: without it output channels and log files stay empty.
'use strict';
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  /**
   * @param {string} _type of rotation, which a run this short does not need
   * @param {string} _name
   * @param {string} file
   */
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    this.bare = false;
    mkdirSync(dirname(file), { recursive: true });
  }

  /**
   * @param {number} level
   * @param {string} message
   */
  write(level, message) {
    if (level < this.level) return;
    const stamp = new Date().toISOString().replace('T', ' ').slice(0, 23);
    const line = this.bare ? message : `${stamp} [${levels[level]}] ${message}\n`;
    try {
      appendFileSync(this.file, line);
    } catch {
      // The folder of a finished run may be gone; a log line is not worth a crash.
    }
  }

  /** @param {string} message */
  trace(message) {
    this.write(0, message);
  }
  /** @param {string} message */
  debug(message) {
    this.write(1, message);
  }
  /** @param {string} message */
  info(message) {
    this.write(2, message);
  }
  /** @param {string} message */
  warn(message) {
    this.write(3, message);
  }
  /** @param {string} message */
  error(message) {
    this.write(4, message);
  }
  /** @param {string} message */
  critical(message) {
    this.write(5, message);
  }

  getLevel() {
    return this.level;
  }
  /** @param {number} level */
  setLevel(level) {
    this.level = level;
  }
  /** Called for output channels, whose lines bring their own stamp and line end. */
  clearFormatters() {
    this.bare = true;
  }
  setPattern() {}
  flush() {}
  drop() {}
}

/**
 * @param {string} name
 * @param {string} file
 */
const createLogger = async (name, file) => new Logger('rotating', name, file);

const nothing = () => {};

// One by one: the server imports these by name, and finds only names that are assigned like this.
exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
exports.setLevel = nothing;
exports.setFlushOn = nothing;
exports.shutdown = nothing;
