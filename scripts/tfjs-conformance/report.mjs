// Sorts the outcomes of tfjs-core's operator tests and writes docs/tfjs-conformance.md.

/** Why a test is out of scope, by what its failure says. */
const limits = [
  [/tfjs kernel "Complex"|complex numbers are not supported/, "complex numbers"],
  [/tensors of text/, "tensors of text"],
  [/computes asynchronously/, "reads values synchronously (`dataSync`)"],
];

/** Why a test that the backend should pass does not. Each is explained on the page. */
const reasons = [
  [/exp int32|exceed float32 precision/, "precision"],
  [/throws when index is out of bound/, "late error"],
  [/conv2dTranspose input=8x8x8,output=4x4x8/, "contradictory shapes"],
];

const explanations = {
  precision:
    "The test wants more digits than the operator of ONNX Runtime has in single precision: the relative error is about 5·10⁻⁸, one unit in the last place.",
  "late error":
    "The test wants an error from the call. This backend computes later: it knows an index's value, and that it is out of bounds, only when the result is read, and throws then.",
  "contradictory shapes":
    "The test hands a transposed convolution an output shape that does not belong to its input, stride and padding, and wants the part that fits.",
  unexplained: "Not looked into yet.",
};

/** Counts the outcomes and finds each failure's reason. */
export function classify(outcomes) {
  const report = { passed: [], failures: [], outOfScope: new Map() };
  for (const outcome of outcomes) {
    const limit = outcome.passed ? undefined : limitOf(outcome.messages.join("\n"));
    if (outcome.passed) report.passed.push(outcome);
    else if (limit === undefined) {
      const reason = reasons.find(([pattern]) => pattern.test(outcome.name))?.[1] ?? "unexplained";
      report.failures.push({ ...outcome, reason });
    } else report.outOfScope.set(limit, (report.outOfScope.get(limit) ?? 0) + 1);
  }
  const outOfScope = [...report.outOfScope.values()].reduce((sum, count) => sum + count, 0);
  const counts = {
    passed: report.passed.length,
    computed: report.passed.filter(({ computed }) => computed).length,
    failed: report.failures.length,
    outOfScope,
  };
  return { ...report, counts };
}

function limitOf(text) {
  const known = limits.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  const kernel = /the tfjs kernel "(\w+)" has no lowering/.exec(text)?.[1];
  return kernel === undefined ? undefined : `no lowering: \`${kernel}\``;
}

const marker = /<!-- counts: (.*) -->/;

/** The counts that a page records. */
export function readCounts(text) {
  const match = marker.exec(text);
  if (match === null) throw new Error("docs/tfjs-conformance.md records no counts; run `npm run conformance`");
  return JSON.parse(match[1]);
}

/** The page. */
export function writePage({ counts, passed, failures, outOfScope }, version) {
  const { passed: ok, computed, failed, outOfScope: out } = counts;
  const share = ((100 * ok) / (ok + failed)).toFixed(1);
  const rows = [...outOfScope].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const files = new Set([...passed, ...failures].map(({ file }) => file));
  const used = [...new Set(failures.map(({ reason }) => reason))].sort();
  return `# tfjs-core's operator tests on ONNX Runtime

<!-- counts: ${JSON.stringify(counts)} -->

Written by \`npm run conformance\`, which bundles the operator tests that the npm package \`@tensorflow/tfjs-core\` ${version}
carries (\`dist/ops/**/*_test.js\`) with \`@lookonce/backend-onnxruntime\` and runs them in jasmine. \`npm run conformance -- --check\`
fails when more tests fail, or fewer pass, than recorded here. \`npm run conformance -- --browser\` runs the same tests on ONNX Runtime's
build for browsers, in a page of Chromium, and compares likewise.

| | tests |
| --- | --- |
| passed | ${ok} |
| failed | ${failed} |
| out of scope | ${out} |

${share} % of the tests in scope pass, from ${files.size} files. ${computed} of those that pass made the backend record a kernel; the others
test how tfjs-core itself checks arguments.

## Failures

${failures.length === 0 ? "None." : failureTable(failures)}

${used.map((reason) => `- **${reason}**: ${explanations[reason]}`).join("\n")}

## Out of scope

A test is out of scope when its failure is one of the backend's own refusals: it asks for a kernel without a lowering, for
complex numbers, for tensors of text, or for values at once. None of that occurs in a detector. Tests that tfjs marks for
synchronous backends or browsers are not even defined here, and not counted.

| reason | tests |
| --- | --- |
${rows.map(([reason, count]) => `| ${reason} | ${count} |`).join("\n")}
`;
}

function failureTable(failures) {
  const rows = failures.map(({ file, name, reason, messages }) => {
    const message = messages[0].split("\n")[0].slice(0, 120).replaceAll("|", "\\|");
    return `| \`${file.replace(/^ops\//, "").replace(/_test\.js$/, "")}\` | ${name.replaceAll("|", "\\|")} | ${reason} | ${message} |`;
  });
  return `| operator | test | reason | message |\n| --- | --- | --- | --- |\n${rows.join("\n")}`;
}
