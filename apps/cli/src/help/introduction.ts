/** The part of docs/cli.md that people wrote. */
export const introduction = `# The command line

This page is written from the command's own tables of options: \`npx vitest run apps/cli/src/help -u\` writes it anew.

\`lookonce COMMAND key=value …\`; \`--key=value\` and \`--key value\` mean the same, a flag's key alone is yes and \`--no-key\` no,
dashes and underscores in keys are the same. \`lookonce help COMMAND\` shows the options of a command. Misspelled commands, keys,
values, models and data files are answered with the nearest one.

Command lines of other YOLO programs work where they mean the same: \`yolo detect train …\` with \`lookonce\` in place of
\`yolo\`, YOLOv5's \`--weights --img --conf-thres\`, \`imgsz=[640,480]\`, \`classes=[0,2]\`, \`True\`, \`False\` and \`None\`. What is
understood in another way than it was written is told; what there is there and not here is explained.

## Models

\`model=\` takes weights (\`.pt\`, \`.safetensors\`), a model file (\`.yaml\`, yours or a shipped one such as \`yolov8n.yaml\`), and to
predict with also an exported model (\`.onnx\`, TensorFlow.js's \`model.json\` or its folder).

Published weights, such as \`yolov8n.pt\`, that are not here are fetched from their publisher's release page once, into
\`~/.cache/lookonce\` (\`~/Library/Caches/lookonce\` on macOS, \`%LOCALAPPDATA%\\lookonce\\Cache\` on Windows). They have a license of
their own, AGPL-3.0, which is told when they are fetched. A download that broke off goes on where it was.

## Configuration files

\`cfg=my.yaml\` reads options from a file; what is on the command line holds before it. Keys at the margin are for all commands
that have them, those under a command's name for that one:

\`\`\`yaml
imgsz: 320
device: auto
train:
  data: pets.yaml
  epochs: 50
\`\`\`

\`lookonce cfg output=lookonce.yaml\` writes one with all defaults, \`lookonce cfg train format=table\` shows them. A key that no
command has is an error that names file, line and the nearest key. \`args.yaml\` of another YOLO program is understood, too.

## Completion

| shell | how |
| --- | --- |
| bash | \`eval "$(lookonce completion bash)"\` in \`~/.bashrc\` |
| zsh | \`eval "$(lookonce completion zsh)"\` in \`~/.zshrc\`, behind \`compinit\` |
| fish | \`lookonce completion fish > ~/.config/fish/completions/lookonce.fish\` |

## For programs

With \`json=true\` (or \`--json\`) the last line on stdout is one JSON object, \`{ "error": { "code", "message" } }\` after a mistake;
everything else goes to stderr.

| exit code | meaning |
| --- | --- |
| 0 | the work was done |
| 1 | it could not be done: the message says why |
| 2 | the command line could not be understood |
| 70 | a fault of lookonce: please report it, with the output of \`verbose=true\` |
| 130 | stopped by Ctrl+C; a training can go on where it was |
| 143 | stopped by the system (SIGTERM) |

A second Ctrl+C ends the program at once.

## Environment

| variable | meaning |
| --- | --- |
| \`LOOKONCE_CACHE\` | folder for what is fetched |
| \`LOOKONCE_OFFLINE\` | \`1\`: never use the network |
| \`LOOKONCE_MIRROR\` | an address to fetch weights from in place of their publisher's |
| \`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`NO_PROXY\` | proxies to go through, and hosts that need none |
| \`LOOKONCE_KEY\` | API key of \`lookonce serve\` |
| \`NO_COLOR\` | no colors |
| \`FORCE_COLOR\` | colors also where no terminal is |

Colors and moving lines appear only on a terminal.
`;
