// The table of docs/choosing-a-model.md: what published detectors cost here, and how accurate their publishers say they are.

import { published } from "./published.mjs";

/**
 * The Markdown table of published detectors, smallest of each family first.
 *
 * @param nn the package `@lookonce/nn`
 */
export function choiceTable(nn) {
  const header = [
    "| model | parameters | GFLOPs | mAP50-95 | without suppression |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  return published
    .flatMap(({ title, source, models }) => [
      `### ${title}`,
      "",
      `Accuracy as published by ${source}.`,
      "",
      ...header,
      ...Object.entries(models).map(([name, accuracy]) => row(nn, name, accuracy)),
      "",
    ])
    .join("\n");
}

function row(nn, name, [suppressed, endToEnd]) {
  const model = new nn.DetectionModel(nn.readModelConfig(name));
  nn.outlineFused(model);
  const { parameters, gflops } = nn.summarize(model);
  const score = (value) => value?.toFixed(1) ?? "–";
  return `| \`${name}.pt\` | ${(parameters / 1e6).toFixed(1)} M | ${gflops.toFixed(1)} | ${score(suppressed)} | ${score(endToEnd)} |`;
}
