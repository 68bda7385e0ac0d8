// Notes the outcomes of jasmine's tests, in Node and in pages.

/** Remembers from which file each test comes: jasmine's results do not say. */
export function noteFiles(fileOf) {
  let current = "";
  for (const name of ["it", "fit", "xit"]) {
    const define = globalThis[name];
    globalThis[name] = (...args) => {
      const spec = define(...args);
      fileOf.set(spec.id, current);
      return spec;
    };
  }
  return (file) => {
    current = file;
  };
}

/** A reporter that adds each test's outcome to a list. */
export function collector(outcomes, { fileOf, countCalls }) {
  let before = 0;
  return {
    specStarted() {
      before = countCalls();
    },
    specDone(result) {
      if (result.status === "pending" || result.status === "excluded") return;
      outcomes.push({
        file: fileOf.get(result.id) ?? "",
        name: result.fullName.replace(/ onnxruntime \{\}/, ""),
        passed: result.status === "passed",
        computed: countCalls() > before,
        messages: result.failedExpectations.map(({ message }) => message),
      });
    },
  };
}
