// tfjs-node 4.22.0 calls two functions of `node:util` that Node.js 23 removed (DEP0045, DEP0047): without them `tf.tensor` and
// whatever reads a value throws. CommonJS, so that processes can load it with `--require` before tfjs-node.
const util = require("node:util");

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
