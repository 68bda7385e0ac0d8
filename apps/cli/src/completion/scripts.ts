import type { shells } from "@lookonce/config";

/**
 * The script that teaches a shell to complete. It asks `lookonce __complete` at every press of the key, so that it knows
 * the installed version's options and the files that are there.
 */
export function completionScript(shell: (typeof shells)[number]): string {
  return { bash, zsh, fish }[shell];
}

// Bash splits words at = too, and replaces only what is behind the last one.
const bash = `# Completion of lookonce for bash. For every shell that starts: add to ~/.bashrc
#   eval "$(lookonce completion bash)"
_lookonce() {
  local line=\${COMP_LINE:0:COMP_POINT} word candidate
  word=\${line##*[[:space:]]}
  local head=\${word%"\${word##*[=:]}"}
  local IFS=$'\\n'
  COMPREPLY=()
  for candidate in $(lookonce __complete --line "$line" 2>/dev/null); do
    candidate=\${candidate%%$'\\t'*}
    COMPREPLY+=("\${candidate#"$head"}")
  done
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=/] ]]; then compopt -o nospace 2>/dev/null; fi
  if [[ \${#COMPREPLY[@]} -gt 1 ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _lookonce lookonce
`;

const zsh = `#compdef lookonce
# Completion of lookonce for zsh. For every shell that starts: add to ~/.zshrc, behind compinit
#   eval "$(lookonce completion zsh)"
_lookonce() {
  local -a closed open closed_help open_help
  local line value help
  for line in \${(f)"$(lookonce __complete -- \${words[2,CURRENT-1]} "$PREFIX" 2>/dev/null)"}; do
    value=\${line%%$'\\t'*}
    help=\${line#*$'\\t'}
    [[ $help == $line || -z $help ]] && help=$value || help="$value  -- $help"
    if [[ $value == *[=/] ]]; then open+=("$value"); open_help+=("$help")
    else closed+=("$value"); closed_help+=("$help"); fi
  done
  (( \${#open} )) && compadd -l -S '' -d open_help -a open
  (( \${#closed} )) && compadd -l -d closed_help -a closed
}
if [[ \${funcstack[1]} == _lookonce ]]; then _lookonce "$@"; else compdef _lookonce lookonce; fi
`;

const fish = `# Completion of lookonce for fish. For every shell that starts: save it as ~/.config/fish/completions/lookonce.fish
function __lookonce_complete
  set -l words (commandline -opc)
  lookonce __complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c lookonce -f -a '(__lookonce_complete)'
`;
