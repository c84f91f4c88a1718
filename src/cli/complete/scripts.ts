export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** Names that are completed, and the verb of tysctl that is asked for each. */
const programs = ['tysctl', 'systemctl', 'journalctl', 'systemd-analyze'] as const;

/**
 * What a shell loads to complete the command lines of tysctl, systemctl, journalctl and systemd-analyze. All that it knows it asks the program itself, by
 * `complete PROGRAM WORDS…`: a first line that is `files` or `words`, then a line for each word, with its meaning after a tab.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

/** Bash breaks words at `=` and `:`, which is undone here: what is asked for is the word as it was typed. */
const bash = `# Completion of tysctl, systemctl, journalctl and systemd-analyze for bash.
_tysd_complete() {
    local line=\${COMP_LINE:0:COMP_POINT} words=() answer kind word cut
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    local current=\${words[-1]}
    mapfile -t answer < <(tysctl complete "\${1##*/}" "\${words[@]:1}" 2>/dev/null)
    kind=\${answer[0]-}
    COMPREPLY=()
    if [[ $kind == files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$2")
        return
    fi
    # What stands before the last break is there already.
    cut=\${current%"$2"}
    for word in "\${answer[@]:1}"; do
        word=\${word%%$'\\t'*}
        [[ $word == "$current"* ]] || continue
        word=\${word#"$cut"}
        [[ $word == *[=,@] ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$word")
    done
}
complete -F _tysd_complete ${programs.join(' ')}
`;

const zsh = `#compdef ${programs.join(' ')}
# Completion of tysctl, systemctl, journalctl and systemd-analyze for zsh.
_tysd_complete() {
    local -a answer open closed
    local line
    answer=("\${(@f)$(tysctl complete "\${words[1]:t}" "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ $answer[1] == files ]]; then
        _files
        return
    fi
    for line in "\${(@)answer[2,-1]}"; do
        [[ -n $line ]] || continue
        local word="\${line%%$'\\t'*}" doc="\${line#*$'\\t'}"
        [[ $doc == $line ]] && doc=''
        word="\${word//:/\\\\:}"
        if [[ $word == *[=,@] ]]; then open+=("$word\${doc:+:$doc}"); else closed+=("$word\${doc:+:$doc}"); fi
    done
    local found=1
    (( $#closed )) && _describe -V 'word' closed && found=0
    (( $#open )) && _describe -V 'word' open -S '' && found=0
    return $found
}
if [[ $funcstack[1] == _tysd_complete || $funcstack[1] == _tysctl ]]; then
    _tysd_complete "$@"
else
    compdef _tysd_complete ${programs.join(' ')}
fi
`;

const fish = `# Completion of tysctl, systemctl, journalctl and systemd-analyze for fish.
function __tysd_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (tysctl complete (basename $typed[1]) $typed[2..-1] "$current" 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path "$current"
    else
        printf '%s\\n' $answer[2..-1]
    end
end
${programs.map((program) => `complete -c ${program} -f -a '(__tysd_complete)'`).join('\n')}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
