# SPDX-License-Identifier: MIT
# zsh_completes.zsh SHARE BIN LINE WANTED: types LINE and a tab into an interactive zsh that has the completions below SHARE
# and the program in BIN. Ends with 0 as soon as WANTED is on its terminal, with 1 when it is not in ten seconds.
zmodload zsh/zpty || exit 77
zpty shell zsh -f -i
zpty -w shell "fpath=($1/zsh/site-functions \$fpath); PATH=$2:\$PATH; autoload -U compinit; compinit -u -d $PWD/dump; print DO''NE"
zpty -r shell seen '*DONE*'
zpty -w -n shell "$3"$'\t\t'
seen=
for ((i = 0; i < 100; i++)); do
    while zpty -r -t shell more; do
        seen+=$more
    done
    [[ $seen == *"$4"* ]] && exit 0
    sleep 0.1
done
print -r -- "$seen"
exit 1
