/**
 * What a shell runs when Tab is pressed: it asks `calque __complete` about the words so far, so that the scripts stay
 * true when commands change.
 */
export const COMPLETION_SCRIPTS = {
  bash: `_calque() {
  local current="\${COMP_WORDS[COMP_CWORD]}" lines
  [ "$current" = "=" ] && current=""
  lines="$(calque __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"
  COMPREPLY=()
  local IFS=$'\\n'
  if [ "$lines" = ":files" ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(printf '%s\\n' "$lines" | cut -f 1))
  fi
}
complete -F _calque calque
`,
  zsh: `#compdef calque
_calque() {
  local line
  local -a lines described
  lines=("\${(@f)$(calque __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in $lines; do
    if [[ "$line" == *$'\\t'* ]]; then
      described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      described+=("\${line//:/\\\\:}")
    fi
  done
  _describe calque described
}
if [ "\${funcstack[1]}" = "_calque" ]; then
  _calque "$@"
else
  compdef _calque calque
fi
`,
  fish: `function __calque_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  test -z "$current"; and set current ''
  set -l lines (calque __complete -- $before[2..-1] "$current" 2>/dev/null)
  if test "$lines[1]" = ":files"
    __fish_complete_path "$current"
  else
    printf '%s\\n' $lines
  end
end
complete -c calque -f -a '(__calque_complete)'
`,
} as const;
