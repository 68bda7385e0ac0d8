// For this repository: `npm install --no-save --ignore-scripts @tensorflow/tfjs-node && node scripts/libtensorflow.mjs`.
import "../packages/device/bin/libtensorflow.js";
